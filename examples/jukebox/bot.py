"""Jukebox plays the songs of a folder in voice channels. It needs a token: ``DISCORD_TOKEN=… python bot.py``."""

import os
from pathlib import Path

import discord
from discord import app_commands
from discord.ext import commands

from player import Player

bot = commands.Bot((), intents=discord.Intents.default(), help_command=None)
folder = Path(os.environ.get("SONGS", "songs"))
players: dict[int, Player] = {}  # by guild


def songs() -> list[str]:
    return sorted(path.stem for path in folder.glob("*.ogg"))


@bot.event
async def setup_hook() -> None:
    await bot.tree.sync()


@bot.tree.command()
@app_commands.guild_only()
async def play(interaction: discord.Interaction, song: str) -> None:
    """Play a song, or put it into the queue"""
    if song not in songs():
        await interaction.response.send_message(f"There is no song {song!r}.", ephemeral=True)
        return
    if interaction.user.voice is None:
        await interaction.response.send_message("Join a voice channel first.", ephemeral=True)
        return
    await interaction.response.defer()
    if interaction.guild.voice_client is None:
        voice = await interaction.user.voice.channel.connect()
        players[interaction.guild_id] = Player(voice, folder)
    waiting = players[interaction.guild_id].add(song)
    await interaction.followup.send(
        f"{song} is number {waiting} in the queue." if waiting else f"Playing {song}."
    )


@play.autocomplete("song")
async def suggest(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=song, value=song) for song in songs() if typed.lower() in song.lower()][
        :25
    ]


@bot.tree.command()
@app_commands.guild_only()
async def skip(interaction: discord.Interaction) -> None:
    """Go on with the next song"""
    player = players.get(interaction.guild_id)
    if player is None or player.song is None:
        await interaction.response.send_message("Nothing is playing.", ephemeral=True)
        return
    await interaction.response.send_message(f"Skipping {player.song}.")
    player.skip()


@bot.event
async def on_voice_state_update(
    member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
) -> None:
    voice = member.guild.voice_client
    if member == member.guild.me and after.channel is None:
        players.pop(member.guild.id, None)
    elif voice is not None and all(each.bot for each in voice.channel.members):
        await voice.disconnect()


bot.run(os.environ["DISCORD_TOKEN"])
