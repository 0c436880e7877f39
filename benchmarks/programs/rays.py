"""Spheres hit by rays: floats, small objects and operators."""
import slices


class Vector:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def scaled(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def unit(self):
        return self.scaled(self.dot(self) ** -0.5)


class Sphere:
    def __init__(self, center, radius):
        self.center, self.radius = center, radius

    def distance(self, origin, direction):
        to = self.center - origin
        along = to.dot(direction)
        beside = along * along - to.dot(to) + self.radius * self.radius
        return along - beside ** 0.5 if beside > 0 else None


SCENE = [Sphere(Vector(x * 1.5 - 2, 0.5 * x, 6 + x), 1.0) for x in range(4)]


def nearest(origin, direction):
    best = None
    for sphere in SCENE:
        distance = sphere.distance(origin, direction)
        if distance is not None and (best is None or distance < best):
            best = distance
    return best


def work():
    origin = Vector(0.0, 0.0, 0.0)
    hits = 0
    for y in range(12):
        for x in range(12):
            if nearest(origin, Vector(x / 6 - 1, y / 6 - 1, 1.0).unit()) is not None:
                hits += 1
    return hits


slices.run(work)
