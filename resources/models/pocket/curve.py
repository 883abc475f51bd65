#!/usr/bin/env python3
"""Draws the log of a training: curve.py LOG.csv NAMES OUT.svg (NAMES of the held-out texts, as "books,code")."""
import csv
import math
import sys

WIDTH, HEIGHT = 860, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 28, 52
INK, FAINT, GRID = "#333333", "#9db8d8", "#e4e4e4"
COLOURS = ["#1f5fa8", "#c8501e", "#2e8b57", "#7a4fa3"]


def read(path):
    """Lists of (step, nats a token) and, for each held-out text, of (step, bits a byte)."""
    losses, held_out = [], []
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            step = int(row["step"])
            losses.append((step, float(row["loss"])))
            for i, bits in enumerate(filter(None, row["held_out_bits_per_byte"].split(";"))):
                held_out += [[]] * (i + 1 - len(held_out))
                held_out[i] = held_out[i] + [(step, float(bits))]
    return losses, held_out


def means(points, groups):
    size = max(1, len(points) // groups)
    parts = [points[i:i + size] for i in range(0, len(points), size)]
    return [(part[-1][0], sum(y for _, y in part) / len(part)) for part in parts]


def ticks(low, high, count=6):
    step = 10 ** math.floor(math.log10((high - low) / count))
    step *= next(m for m in (1, 2, 5, 10) if (high - low) / (step * m) <= count)
    return [step * i for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


class Plot:
    def __init__(self, last_step, low, high):
        self.last, self.low, self.high = last_step, low, high
        self.parts = []

    def x(self, step):
        return LEFT + (WIDTH - LEFT - RIGHT) * step / self.last

    def y(self, value):
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - min(value, self.high)) / (self.high - self.low)

    def text(self, x, y, words, anchor="start", colour=INK, extra=""):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" {extra}>{words}</text>')

    def line(self, points, colour, width=1.0):
        path = " ".join(f"{self.x(a):.1f},{self.y(b):.1f}" for a, b in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>')

    def axes(self):
        for value in ticks(self.low, self.high):
            self.line([(0, value), (self.last, value)], GRID)
            self.text(LEFT - 8, self.y(value) + 4, f"{value:g}", "end")
        for step in ticks(0, self.last):
            self.text(self.x(step), HEIGHT - BOTTOM + 20, f"{step:,.0f}", "middle")
        self.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, "step", "middle")

    def svg(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
                f'font-size="13"><rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>' + "\n".join(self.parts) + "</svg>\n")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    losses, held_out = read(sys.argv[1])
    names = sys.argv[2].split(",")
    smooth = means(losses, 150)
    lowest = min(y for points in held_out for _, y in points)
    plot = Plot(losses[-1][0], math.floor(lowest), math.ceil(smooth[1][1]))
    plot.axes()
    plot.line(means(losses, 900), FAINT, 0.8)
    plot.line(smooth, COLOURS[0], 2)
    end = WIDTH - RIGHT + 8
    plot.text(end, plot.y(smooth[-1][1]) + 4, "training", colour=COLOURS[0])
    plot.text(end, plot.y(smooth[-1][1]) + 20, f"{smooth[-1][1]:.2f} nats a token", colour=COLOURS[0])
    label = plot.y(smooth[-1][1]) + 20
    for i, points in sorted(enumerate(held_out), key=lambda pair: -pair[1][-1][1]):
        colour = COLOURS[(i + 1) % len(COLOURS)]
        plot.line(points, colour, 2)
        label = max(label + 20, plot.y(points[-1][1]) - 4)
        plot.text(end, label, f"held-out {names[i]}", colour=colour)
        plot.text(end, label + 16, f"{points[-1][1]:.3f} bits a byte", colour=colour)
        label += 16
    with open(sys.argv[3], "w") as file:
        file.write(plot.svg())


main()
