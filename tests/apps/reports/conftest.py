from tests.apps.performance.conftest import trading

__all__ = ["trading"]
