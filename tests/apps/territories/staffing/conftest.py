from tests.apps.territories.conftest import Site as Site
from tests.apps.territories.conftest import site as site
