"""What the service needs of AWS beside its functions, and the step that joins both into one template."""
