#!/usr/bin/env python3
"""plot.py - draws the lines of growth as SVG: time over size, both axes logarithmic."""
import re
import sys

WIDTH, HEIGHT = 760, 520
LEFT, RIGHT, TOP, BOTTOM = 70, 170, 40, 50
TITLES = {
    "plain": "open files", "server": "descriptors of a server", "maps": "mappings",
    "tree": "processes of a tree", "host": "processes of a host",
}
COLOURS = {
    "plain": "#1b6ca8", "server": "#2a9d5c", "maps": "#b5651d", "tree": "#7d3c98",
    "host": "#c0392b",
}
X_DECADES, Y_DECADES = range(0, 7), range(1, 9)


def read(lines):
    """Return: {kind: [(size, ours, other)]}, in microseconds; other may be None."""
    curves = {}
    for line in lines:
        words = line.split()
        if len(words) < 3 or words[0] != "growth":
            continue
        keys = dict(re.findall(r"(\w+)=([\d.]+)", line))
        other = keys.get("loop_us") or keys.get("criu_freezes_us")
        curves.setdefault(words[1], []).append(
            (int(words[2]), float(keys["ours_us"]), float(other) if other else None))
    return curves


def log10(value):
    import math
    return math.log10(max(value, 1))


def x_of(size):
    return LEFT + log10(size) / X_DECADES[-1] * (WIDTH - LEFT - RIGHT)


def y_of(us):
    share = (log10(us) - Y_DECADES[0]) / (Y_DECADES[-1] - Y_DECADES[0])
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def text(x, y, words, anchor="start", colour="#222"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">'
            f'{words}</text>')


def axes():
    for n in X_DECADES:
        x = x_of(10 ** n)
        yield f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" class="grid"/>'
        yield text(x, HEIGHT - BOTTOM + 18, f"{10 ** n:,}", "middle")
    for n in Y_DECADES:
        y = y_of(10 ** n)
        name = f"{10 ** n} µs" if n < 3 else f"{10 ** (n - 3):,} ms"
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" class="grid"/>'
        yield text(LEFT - 6, y + 4, name, "end")


def curve(points, colour, dashed):
    line = " ".join(f"{x_of(size):.1f},{y_of(us):.1f}" for size, us in points)
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
    for size, us in points:
        yield f'<circle cx="{x_of(size):.1f}" cy="{y_of(us):.1f}" r="3" fill="{colour}"/>'


def draw(curves, kernel):
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
           f'font-family="sans-serif" font-size="12">')
    yield '<style>.grid { stroke: #ddd; stroke-width: 1 }</style>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    yield text(LEFT, 22, f"A report (solid) against a loop over procfs, or criu's freezing of the "
                         f"tree (dashed); {kernel}")
    yield from axes()
    for i, (kind, points) in enumerate(curves.items()):
        yield from curve([p[:2] for p in points], COLOURS[kind], False)
        others = [(size, other) for size, _, other in points if other]
        yield from curve(others, COLOURS[kind], True)
        yield text(WIDTH - RIGHT + 12, TOP + 20 + 20 * i, TITLES[kind], colour=COLOURS[kind])
    yield "</svg>"


def main():
    lines = sys.stdin.read().splitlines()
    kernel = next((line.split(",")[0][2:] for line in lines if line.startswith("# kernel")), "")
    curves = read(lines)
    if not curves:
        sys.exit("plot.py: no line of growth")
    print("\n".join(draw(curves, kernel)))


main()
