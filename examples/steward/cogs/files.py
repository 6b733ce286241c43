"""Does something with the files that people upload."""

import io
from collections import Counter

import discord
from discord.ext import commands

LARGEST = 100_000  # bytes


class Files(commands.Cog):
    @commands.command()
    async def words(self, ctx: commands.Context, file: discord.Attachment) -> None:
        """Count the words of a text file."""
        if file.size > LARGEST:
            raise commands.BadArgument(f"{file.filename} is too large: I read at most {LARGEST // 1000} kB.")
        try:
            text = (await file.read()).decode()
        except UnicodeDecodeError:
            raise commands.BadArgument(f"{file.filename} is not a text file.") from None
        counts = Counter(text.lower().split())
        table = "".join(f"{word},{count}\n" for word, count in counts.most_common())
        await ctx.reply(
            f"{counts.total()} words, {len(counts)} different ones",
            file=discord.File(io.BytesIO(table.encode()), "words.csv"),
        )


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Files())
