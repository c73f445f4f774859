"""Rows of a real table as material for drift_streams.py: independent, in order, or by hour of day. Standard library only."""
import csv
import gzip
import math

FIT_ROWS = 3000
BLOCK = (20, 40)  # Rows that stay together in autocorrelated streams; the blocks are shuffled.
DAY = 86_400_000


class TableFeature:
    """A column of the table: z is how many standard deviations a value is from its mean."""
    kind = "normal"

    def __init__(self, name, values):
        self.name, self.digits = name, max(len(text.partition(".")[2]) for text in values[:200])
        numbers = [float(text) for text in values]
        self.mean = math.fsum(numbers) / len(numbers)
        self.sd = math.sqrt(math.fsum((x - self.mean) ** 2 for x in numbers) / len(numbers)) or 1.0

    def value(self, z, _rng, _serial):
        return round(self.mean + self.sd * z, self.digits)

    def numeric(self):
        return True


class Table:
    """A CSV file, plain or compressed: numeric columns, the last one is the truth, 0 or 1."""

    def __init__(self, path, period):
        with (gzip.open if path.endswith(".gz") else open)(path, "rt") as file:
            names, *texts = csv.reader(file)
        self.period = period
        self.features = [TableFeature(name, [row[i] for row in texts]) for i, name in enumerate(names[:-1])]
        self.rows = [[(float(text) - f.mean) / f.sd for text, f in zip(row, self.features)] for row in texts]
        self.truth = [float(row[-1]) > 0 for row in texts]
        self.weights = self.fit()

    def fit(self):
        """Logistic regression by a few passes of gradient descent over rows spread over the table."""
        weights, step = [0.0] * (len(self.features) + 1), max(1, len(self.rows) // FIT_ROWS)
        for sweep in range(8):
            for row, truth in zip(self.rows[::step], self.truth[::step]):
                x = row + [1.0]
                logit = max(-30.0, min(30.0, sum(w * v for w, v in zip(weights, x))))
                error = truth - 1 / (1 + math.exp(-logit))
                weights = [w + .03 / (1 + sweep) * error * v for w, v in zip(weights, x)]
        return weights

    def related(self, rng):
        """Two columns of strong correlation; of several such pairs any."""
        rows = self.rows[::max(1, len(self.rows) // FIT_ROWS)]
        width = range(len(self.features))
        strength = sorted(((abs(sum(row[i] * row[j] for row in rows)) / len(rows), i, j) for i in width for j in width if i < j), reverse=True)
        pairs = [(i, j) for r, i, j in strength if r >= .8] or [strength[0][1:]]
        return rng.sample(rng.choice(pairs), 2)

    def reader(self, mode, rng):
        """A function from time to the number of a row."""
        if mode in ("daily", "weekday"):
            return lambda time: (rng.randrange(len(self.rows) // self.period) * self.period +
                                 time % DAY * self.period // DAY)
        if mode in ("autocorrelated", "ar1"):
            return self.blocks(rng)
        return lambda _: rng.randrange(len(self.rows))

    def blocks(self, rng):
        size = rng.randint(*BLOCK)
        at = [0, 0]

        def next_row(_):
            if at[1] == 0:
                at[:] = rng.randrange(len(self.rows) - size), size
            at[0], at[1] = at[0] + 1, at[1] - 1
            return at[0]
        return next_row
