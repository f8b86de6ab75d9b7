"""What makes a whole run meaningless -> one `error:` line, one `hint:` line and an exit code.

OnrecordError                exit 1
├── UsageError               exit 2   the command line, an option or a configuration file
│   ├── ConfigError                   an unknown or ill-typed setting
│   └── InputError                    an input that was named and cannot be read as named
├── EnvironmentFault         exit 5   the machine: nothing wrong with what was asked
│   ├── MissingDependency             a library that this input or engine needs
│   └── OutputError                   the output cannot be written (read-only, disk full, a file in the way)
├── RunDirectoryError        exit 6   the run directory is locked, foreign or incompatible
│   ├── RunLocked
│   └── RunForeign
├── VerificationFailed       exit 3   a stored run whose books or spans do not hold
└── TimeLimitReached         exit 75  stopped in order; run the same command again

A bad article is not here: it is a `Problem` on its record (see records.py).
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process returns. 130, 143 and 141 follow the shell's 128 + signal number."""

    DONE = 0
    BUG = 1
    USAGE = 2
    SOME_FAILED = 3
    GATE_FAILED = 4
    ENVIRONMENT = 5
    RUN_DIRECTORY = 6
    TIME_LIMIT = 75
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    TERMINATED = 143


class OnrecordError(Exception):
    """An error with the next thing to do: `message` says what is wrong, `hint` what helps."""

    exit_code = ExitCode.BUG
    default_hint = "run `onrecord doctor` and report what it prints"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.default_hint


class UsageError(OnrecordError):
    exit_code = ExitCode.USAGE
    default_hint = "see `onrecord --help`"


class ConfigError(UsageError):
    default_hint = "see `onrecord run --help` for the settings there are"


class InputError(UsageError):
    default_hint = "check the path; quote a glob so that the shell leaves it alone"


class EnvironmentFault(OnrecordError):
    exit_code = ExitCode.ENVIRONMENT
    default_hint = "run `onrecord doctor` to see what this machine lacks"


class MissingDependency(EnvironmentFault):
    default_hint = "install it with pip into the environment that onrecord runs in"


class OutputError(EnvironmentFault):
    default_hint = "choose another directory with -o, or free some space; what was finished is kept"


class RunDirectoryError(OnrecordError):
    exit_code = ExitCode.RUN_DIRECTORY
    default_hint = "choose another directory with -o"


class RunLocked(RunDirectoryError):
    default_hint = "wait for the other run to end, or choose another directory with -o"


class RunForeign(RunDirectoryError):
    default_hint = "choose an empty or new directory with -o"


class VerificationFailed(OnrecordError):
    exit_code = ExitCode.SOME_FAILED
    default_hint = "run the same `onrecord run` command again; it recomputes what does not hold"


class TimeLimitReached(OnrecordError):
    exit_code = ExitCode.TIME_LIMIT
    default_hint = "run the same command again; it continues where it stopped"
