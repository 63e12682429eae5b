"""The examples in the help of every command. Pure."""

from collections.abc import Sequence

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("tasted init", "create ~/Tasted"),
        ("tasted like ~/Pictures/one.png", "mark a picture as liked"),
        ("tasted run", "score what you drop into the inbox"),
        ("tasted results --match", "list the matches"),
    ),
    "results": (
        ("tasted results --top 10", "the ten best"),
        ("tasted results --match --since 2h", "matches of the last two hours"),
        ("tasted results --match --open", "show the pictures"),
        ("tasted results --verdict error", "what could not be scored, and why"),
        ("tasted results --json | jq .summary", "for scripts"),
    ),
    "score": (
        ("tasted score shot.png", "one picture"),
        ("tasted score ~/Pictures/screens", "all pictures in a folder"),
        ("tasted score --json shot.png", "every detail"),
    ),
    "backfill": (
        ("tasted backfill ~/Pictures", "score a large folder; Ctrl-C stops, the same continues"),
        ("tasted backfill /mnt/photos --name photos --workers 2", "with two engines"),
        ("tasted backfill /mnt/photos --ray 10.0.0.5:6379", "with the machines of a Ray cluster"),
        ("tasted backfill", "list them"),
        ("tasted backfill --name photos --again", "by what tasted has learnt since"),
        ("tasted backfill --forget photos", "remove the results; the pictures stay"),
    ),
    "like": (
        ("tasted like shot.png", "one picture"),
        ("tasted like inbox/anna", "a folder with 2 to 12 photos of one person"),
        ("tasted like ~/Pictures/*.png", "many pictures"),
    ),
    "reject": (
        ("tasted reject shot.png", "one picture"),
        ("tasted reject inbox/anna", "a folder with 2 to 12 photos of one person"),
    ),
    "undo": (
        ("tasted undo shot.png", "neither liked nor rejected any more"),
        ("tasted undo --last 3", "take back your last three answers"),
        ("tasted undo --session", "take back all of your last session"),
    ),
    "history": (
        ("tasted history", "your last 20 answers, and what tasted had guessed"),
        ("tasted history --session", "how each session went"),
        ("tasted history --json -n 1000 | jq .answer", "for scripts"),
    ),
    "review": (
        ("tasted review", "in your browser"),
        ("tasted review --no-open", "print the link, which works once"),
        ("tasted review --terminal", "without leaving the terminal"),
    ),
    "token": (
        ("tasted token", "for scripts"),
        ("tasted token --renew", "a new one; every browser is signed out"),
    ),
    "status": (
        ("tasted status", "what tasted is doing"),
        ("tasted status --json | jq .status.queue", "for scripts"),
    ),
    "open": (
        ("tasted open", "the page of results, in your browser"),
        ("tasted open inbox", "the folder for your screenshots"),
        ("tasted open config", "the settings file"),
    ),
    "export": (("tasted export ~/my-taste.tasted", "one file, with your likes and rejects"),),
    "import": (
        ("tasted import ~/my-taste.tasted", "into ~/Tasted"),
        ("tasted import my-taste.tasted --home ~/Elsewhere", "into another tasted folder"),
    ),
    "init": (
        ("tasted init", "create ~/Tasted"),
        ("tasted init ~/Elsewhere --model pocket", "somewhere else, with the tiny model"),
        ("tasted init --capture-here", "on a Mac: save all screenshots in the inbox"),
        ("tasted init --quick-actions", "on a Mac: like and reject in Finder"),
    ),
    "config": (
        ("tasted config show", "all settings"),
        ("tasted config set traits kind sporty", "change one setting"),
        ("tasted config edit", "change several in your editor"),
    ),
    "config show": (("tasted config show", "all settings, and where they come from"),),
    "config check": (("tasted config check", "after editing the file"),),
    "config path": (('nano "$(tasted config path)"', "open the file in any editor"),),
    "config edit": (("EDITOR=nano tasted config edit", "in an editor of your choice"),),
    "config set": (
        ("tasted config set model pocket", "a word"),
        ("tasted config set scoring.max_error_rate 0.1", "a number"),
        ("tasted config set traits kind sporty", "a list"),
        ("tasted config set notify.on match blocked", "notifications"),
    ),
    "models": (
        ("tasted models list", "which are ready to use"),
        ("tasted models pull", "download the one in the settings"),
    ),
    "models list": (("tasted models list", "which are ready to use"),),
    "models pull": (
        ("tasted models pull", "the model in the settings"),
        ("tasted models pull openai/clip-vit-large-patch14", "another one"),
    ),
    "models use": (
        ("tasted models use openai/clip-vit-large-patch14", "it decides when it is ready"),
        ("tasted models use clip --dry-run", "what it would take"),
        ("tasted models use --cancel", "stop a change"),
    ),
    "models back": (("tasted models back", "the model that decided before"),),
    "models add": (
        ("tasted models add ~/clip --name openai/clip-vit-base-patch32", "a folder you copied"),
    ),
    "run": (
        ("tasted run", "until Ctrl-C"),
        ("tasted run --once", "score what is there, then stop"),
    ),
    "service": (
        ("tasted service install", "run now and at every login"),
        ("tasted service status", "is it running"),
    ),
    "service install": (
        ("tasted service install", "run now and at every login"),
        ("tasted service install --dry-run", "see what it would do"),
    ),
    "service uninstall": (("tasted service uninstall", "your pictures and results stay"),),
    "service start": (("tasted service start", "after a stop"),),
    "service stop": (("tasted service stop", "until the next login"),),
    "service restart": (("tasted service restart", "after an upgrade"),),
    "service status": (("tasted service status", "is it running, and since when"),),
    "service logs": (("tasted service logs --lines 50", "the last 50 lines"),),
    "doctor": (
        ("tasted doctor", "check everything"),
        ("tasted doctor --fix", "reinstall the login item, if that helps"),
        ("tasted doctor --notify", "show a test notification"),
    ),
    "demo": (("tasted demo", "takes a minute and leaves nothing behind"),),
    "references": (
        ("tasted references", "everything you liked and rejected"),
        ("tasted references --label liked", "only the likes"),
    ),
    "evaluate": (
        ("tasted evaluate", "does it know your taste by now"),
        ("tasted evaluate --details", "with figures"),
        ("tasted evaluate --output charts", "with charts"),
    ),
    "versions": (
        ("tasted versions", "which decides, since when, and how good each is"),
        ("tasted versions compare v9 v13", "what would change"),
        ("tasted versions use v9 --hold", "go back to it, and stay"),
        ("tasted versions follow", "learn from your answers again"),
    ),
    "trial": (
        ("tasted trial", "what is on trial, and how it stands"),
        ("tasted trial start seed", "try the fixed formula beside your taste"),
        ("tasted trial promote", "let the challenger decide now"),
        ("tasted trial dismiss", "end the trial; after a promotion: go back"),
    ),
    "trial start": (
        ("tasted trial start seed", "the fixed formula"),
        ("tasted trial start openai/clip-vit-large-patch14", "another model"),
    ),
    "trial promote": (("tasted trial promote", "the last trial: use its challenger now"),),
    "trial dismiss": (("tasted trial dismiss", "the last trial: end it, or go back"),),
    "versions use": (
        ("tasted versions use v9 --hold", "exactly this version"),
        ("tasted versions use v1", "the fixed formula"),
    ),
    "versions follow": (("tasted versions follow", "use every like and reject again"),),
    "versions back": (("tasted versions back", "undo the last change of version"),),
    "versions compare": (("tasted versions compare v9 v13", "what would change"),),
    "train": (
        ("tasted train", "begin, and show how it gets on"),
        ("tasted train --status", "how far it is"),
        ("tasted train --cancel", "end it; --resume goes on"),
    ),
    "rescore": (("tasted rescore", "score everything again"),),
    "rebuild": (("tasted rebuild", "if status says that the library cannot be read"),),
    "forget": (
        ("tasted forget --dry-run shot.png", "see what would be erased"),
        ("tasted forget shot.png --delete-picture", "with the picture itself"),
        ("tasted forget inbox/anna --keep-picture", "but keep the pictures"),
    ),
    "uninstall": (
        ("tasted uninstall --dry-run", "list everything and its size"),
        ("tasted uninstall", "asks before removing anything"),
    ),
    "stats": (("tasted stats", "counts over all results"),),
    "completion": (("tasted completion zsh --install", "then open a new terminal"),),
}
"""By command: what to type, and what it is for."""


def epilog(command: str) -> str | None:
    """Return the examples of a command in the form that click shows as they are."""
    examples: Sequence[tuple[str, str]] = EXAMPLES.get(command, ())
    if not examples:
        return None
    width = max(len(typed) for typed, _why in examples)
    lines = [f"  {typed:<{width}}  {why}" for typed, why in examples]
    # \b keeps click from joining the lines
    return "\n".join(("\b", "Examples:", *lines))
