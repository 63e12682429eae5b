"""Which version of a library is installed. Reads the metadata beside it."""

from importlib import metadata


def installed_version(distribution: str) -> str:
    """Return the version of a distribution.

    Raises:
        PackageNotFoundError: an ImportError, when it is missing, or is being installed just now and
            its metadata has no version yet.
    """
    found = metadata.distribution(distribution).metadata
    # asking for a key that is missing gives None, and will be an error in a later Python
    if "Version" not in found:
        raise metadata.PackageNotFoundError(distribution)
    return found["Version"]
