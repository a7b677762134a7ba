"""What every channel of the registry must keep of what it promises."""
