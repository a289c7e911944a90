"""Name an unforeseen exception for the log without quoting it: its text could hold what was being handled."""

from traceback import extract_tb


def trouble(error: BaseException) -> str:
    """Give the kind of `error`, its code if it has one, and where it was raised."""
    frames = extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "nowhere"
    code = getattr(error, "code", "")
    return f"{type(error).__name__} {code} at {where}".replace("  ", " ")
