"""The service's AWS resources beside its functions, and the steps that build template and deployment package."""
