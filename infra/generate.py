"""Makes chalice's template from app.py, without building the dependencies."""

from pathlib import Path
from typing import Any

from chalice.cli.factory import CLIFactory
from chalice.config import Config
from chalice.deploy import models
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
from chalice.deploy.deployer import BaseDeployStep, BuildStage, InjectDefaults, SwaggerBuilder
from chalice.deploy.swagger import CFNSwaggerGenerator
from chalice.package import ResourceBuilder, SAMTemplateGenerator

from infra.definitions import Json

STAGE = "package"
CODE_URI = "./deployment.zip"


class _NamePackage(BaseDeployStep):
    """Replaces the step in which chalice downloads and zips dependencies; names the file that `make package` writes."""

    def handle_deploymentpackage(self, config: Config, resource: models.DeploymentPackage) -> None:
        resource.filename = CODE_URI


class _Options:
    """Answers what chalice asks its AWS client for; the answer is the same in every region that we support."""

    def service_principal(self, service: str) -> str:
        return f"{service}.amazonaws.com"


def generate(project: Path) -> Json:
    """Return chalice's SAM template of the app in `project`. Imports the app, so call it once per process."""
    config = CLIFactory(str(project)).create_config_obj(STAGE)
    steps = [InjectDefaults(), _NamePackage(), SwaggerBuilder(swagger_generator=CFNSwaggerGenerator())]
    builder = ResourceBuilder(ApplicationGraphBuilder(), DependencyBuilder(), BuildStage(steps))
    resources = builder.construct_resources(config, STAGE)
    options: Any = _Options()
    template: Json = SAMTemplateGenerator(config, options).generate(resources)
    return template
