"""`footfall completion`: the script by which a shell completes commands and options."""

from __future__ import annotations

import click

INSTALL = {
    "bash": "footfall completion bash > ~/.footfall-complete.bash && echo '. ~/.footfall-complete.bash' >> ~/.bashrc",
    "zsh": "footfall completion zsh > ~/.footfall-complete.zsh && echo '. ~/.footfall-complete.zsh' >> ~/.zshrc",
    "fish": "footfall completion fish > ~/.config/fish/completions/footfall.fish",
}

EPILOG = "\b\nInstall it, then open a new shell:\n" + "\n".join(
    f"  {line}" for line in INSTALL.values()
)


@click.command("completion", epilog=EPILOG)
@click.argument("shell", type=click.Choice(list(INSTALL)))
def command(shell: str) -> None:
    """Print the shell's completion script."""
    from click.shell_completion import get_completion_class

    from footfall.cli.main import footfall

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(f"# Completion of footfall for {shell}. To install:\n#   {INSTALL[shell]}")
    click.echo(kind(footfall, {}, "footfall", "_FOOTFALL_COMPLETE").source())
