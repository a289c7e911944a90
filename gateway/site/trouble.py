"""Name an unforeseen exception for the log without quoting it: its text could hold what was being handled."""

from traceback import extract_tb


def trouble(error: BaseException) -> str:
    """Give the kind of `error`, its code if it has one, and where it was raised."""
    frames = extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "nowhere"
    return f"{type(error).__name__} {_code(error)} at {where}".replace("  ", " ")


def _code(error: BaseException) -> str:
    """Give what the database calls it, or the code an error of ours carries."""
    told, names = getattr(error, "orig", error), ("sqlstate", "sqlite_errorname", "code")
    return str(next(filter(None, (getattr(told, name, None) for name in names)), ""))
