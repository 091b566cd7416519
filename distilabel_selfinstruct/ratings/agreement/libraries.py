"""The libraries of the extra `analysis`, imported only when a statistic is computed. They ship no types."""

from typing import Any

from distilabel_selfinstruct.errors import MissingExtraError

FEATURE, EXTRA = "Agreement statistics", "analysis"


def inter_rater() -> Any:
    """The module of statsmodels for Cohen's and Fleiss' kappa.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import statsmodels.stats.inter_rater as module
    except ImportError as error:
        raise MissingExtraError(FEATURE, EXTRA) from error
    return module


def krippendorff() -> Any:
    """The package for Krippendorff's alpha.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import krippendorff as package
    except ImportError as error:
        raise MissingExtraError(FEATURE, EXTRA) from error
    return package


def scipy_stats() -> Any:
    """The module of scipy for Spearman's rho.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        from scipy import stats
    except ImportError as error:
        raise MissingExtraError(FEATURE, EXTRA) from error
    return stats
