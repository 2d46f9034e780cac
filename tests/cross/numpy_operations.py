"""The operations of the fixtures in NumPy, written from the text `formula` of the fixtures alone.

This implementation shares nothing with the device path or with the reference: it checks that the texts suffice, and
that fixtures and judge accept code that neither of them was made with. It favours being read over being fast.

    OPERATIONS[fixture.operation](fixture)  ->  {output: array in the type of the arithmetic}

The fixture gives `inputs` (arrays; bf16 as the float32 numbers that they are), `attributes` and `type`. An operation
raises Refused for inputs that have no result.
"""

import numpy as np


class Refused(ValueError):
    """The formula has no value for these inputs."""


def arithmetic(fixture):
    """fp64 in fp64, fp32 and bf16 in fp32."""
    return np.float64 if fixture.type == "fp64" else np.float32


def total(terms, axis=-1):
    """A sum in the type of its terms."""
    return np.sum(terms, axis=axis, dtype=terms.dtype)


# Noise.

LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def philox_block(counter, key):
    """Philox4x32-10 of counter[..., 4] and key[..., 2], 32-bit words held in uint64."""
    c0, c1, c2, c3 = (counter[..., i] for i in range(4))
    k0, k1 = (key[..., i] for i in range(2))
    for _ in range(10):
        product0 = np.uint64(0xD2511F53) * c0
        product1 = np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (product1 >> HALF) ^ c1 ^ k0, product1 & LOW, (product0 >> HALF) ^ c3 ^ k1, product0 & LOW
        k0 = (k0 + np.uint64(0x9E3779B9)) & LOW
        k1 = (k1 + np.uint64(0xBB67AE85)) & LOW
    return np.stack([c0, c1, c2, c3], axis=-1)


def philox_words(seed, offset, elements):
    """The four words of the block of each element."""
    seed, offset = (np.uint64(value % 2**64) for value in (seed, offset))  # an integer has 64 bits, two's complement
    block = elements.astype(np.uint64) // np.uint64(4)
    zero = np.zeros_like(block)
    counter = np.stack([block & LOW, block >> HALF, zero + (offset & LOW), zero + (offset >> HALF)], axis=-1)
    return philox_block(counter, np.stack([zero + (seed & LOW), zero + (seed >> HALF)], axis=-1))


def normals(seed, offset, elements):
    """The standard normals of elements, in fp64."""
    uniform = (philox_words(seed, offset, elements).astype(np.float64) + 0.5) * 2.0**-32
    lane = elements.astype(np.int64) % 4
    first = np.take_along_axis(uniform, (lane - lane % 2)[..., None], axis=-1)[..., 0]
    second = np.take_along_axis(uniform, (lane - lane % 2 + 1)[..., None], axis=-1)[..., 0]
    radius, angle = np.sqrt(-2.0 * np.log(first)), 2.0 * np.pi * second
    return np.where(lane % 2 == 0, radius * np.cos(angle), radius * np.sin(angle))


def philox4x32(fixture):
    words = philox_block(fixture.inputs["counter"].astype(np.uint64), fixture.inputs["key"].astype(np.uint64))
    return {"words": words.astype(np.int64)}


def standard_normal(fixture):
    a = fixture.attributes
    return {"z": normals(a["seed"], a["offset"], fixture.inputs["element"])}


# The schedule of the noise.


class Noise:
    """f, F, f', f f' and f'/f at times t: computed in fp64, rounded once to the type of the arithmetic."""

    def __init__(self, fixture, t, work):
        kind, s = fixture.attributes["schedule"], fixture.attributes["s"]
        t = t.astype(np.float64)
        zero = np.zeros_like(t)
        values = {"f": zero, "F": zero, "slope": zero, "f_slope": zero, "slope_over_f": zero}
        if kind == "constant":
            values.update(f=zero + s, F=zero + s * s)
        elif kind == "bridge":
            with np.errstate(divide="ignore", invalid="ignore"):
                root = np.sqrt(t * (1 - t))
                values = {"f": s * root, "F": (s * root) ** 2, "slope": s * (1 - 2 * t) / (2 * root),
                          "f_slope": s * s * (1 - 2 * t) / 2, "slope_over_f": (1 - 2 * t) / (2 * t * (1 - t))}
        self.f, self.F, self.slope, self.f_slope, self.slope_over_f = (
            values[name].astype(work) for name in ("f", "F", "slope", "f_slope", "slope_over_f"))
        self.in_target = fixture.attributes["target"] == "interpolant"
        self.slope_exists = kind != "bridge" or bool(np.all((t > 0) & (t < 1)))


def interpolate(fixture):
    work, a = arithmetic(fixture), fixture.attributes
    x0, x1 = (x.astype(work) / work(127.5) - work(1) if x.dtype == np.uint8 else x
              for x in (fixture.inputs["x0"], fixture.inputs["x1"]))
    t = fixture.inputs["t"]
    noise = Noise(fixture, t, work)
    if noise.in_target and not noise.slope_exists:
        raise Refused("f' does not exist at t = 0 or 1")
    batch, d = x0.shape
    z = normals(a["seed"], a["offset"], np.arange(batch * d).reshape(batch, d)).astype(work)
    xt = (work(1) - t)[:, None] * x0 + t[:, None] * x1 + noise.f[:, None] * z
    target = x1 - x0
    if noise.in_target:
        target = target + noise.slope[:, None] * z
    return {"xt": xt, "target": target}


# Linear systems.


class Elimination:
    """P S = L U by Gaussian elimination with partial pivoting, for a batch S[n, d, d]."""

    def __init__(self, matrix):
        self.lu = np.array(matrix)
        self.d = self.lu.shape[-1]
        self.each = np.arange(len(self.lu))
        self.rows = np.tile(np.arange(self.d), (len(self.lu), 1))
        for k in range(self.d):
            self.eliminate(k)

    def eliminate(self, k):
        lu, each = self.lu, self.each
        pivot = k + np.argmax(np.abs(lu[:, k:, k]), axis=1)
        for table in (lu, self.rows):
            table[each, k], table[each, pivot] = table[each, pivot], table[each, k]
        if np.any(lu[:, k, k] == 0):
            raise Refused("a pivot is 0: the time is singular")
        lu[:, k + 1:, k] /= lu[:, k, k, None]
        lu[:, k + 1:, k + 1:] -= lu[:, k + 1:, k, None] * lu[:, None, k, k + 1:]

    def solve(self, right):
        """y with S y = right[n, d]."""
        lu = self.lu
        y = np.take_along_axis(right, self.rows, axis=1)
        for i in range(self.d):
            y[:, i] -= total(lu[:, i, :i] * y[:, :i])
        for i in reversed(range(self.d)):
            y[:, i] = (y[:, i] - total(lu[:, i, i + 1:] * y[:, i + 1:])) / lu[:, i, i]
        return y

    def solve_transposed(self, right):
        """q with S^T q = right[n, d]."""
        lu = self.lu
        y = np.array(right)
        for i in range(self.d):
            y[:, i] = (y[:, i] - total(lu[:, :i, i] * y[:, :i])) / lu[:, i, i]
        for i in reversed(range(self.d)):
            y[:, i] -= total(lu[:, i + 1:, i] * y[:, i + 1:])
        q = np.empty_like(y)
        np.put_along_axis(q, self.rows, y, axis=1)
        return q


def line_system(Th, t):
    """I + t Th for each time of t[n]."""
    return np.eye(Th.shape[-1], dtype=Th.dtype) + t[:, None, None] * Th


def times_vector(matrix, vector):
    """matrix[..., d, d] vector[..., d]."""
    return total(matrix * vector[..., None, :])


def pair_velocity(fixture):
    th, Th, x, t = (fixture.inputs[name] for name in ("th", "Th", "x", "t"))
    v = np.empty_like(x)
    for g in range(len(x)):
        y = Elimination(line_system(Th[g], t[g])).solve(x[g] - t[g][:, None] * th[g])
        v[g] = th[g] + times_vector(Th[g], y)
    return {"v": v}


def cholesky(matrix):
    """L of L L^T = matrix[n, d, d]."""
    lower = np.zeros_like(matrix)
    for j in range(matrix.shape[-1]):
        pivot = matrix[:, j, j] - total(lower[:, j, :j] ** 2)
        if not np.all(pivot > 0):
            raise Refused("a pivot is not positive")
        lower[:, j, j] = np.sqrt(pivot)
        for i in range(j + 1, matrix.shape[-1]):
            lower[:, i, j] = (matrix[:, i, j] - total(lower[:, i, :j] * lower[:, j, :j])) / lower[:, j, j]
    return lower


def minimiser_velocity(fixture):
    pi, mu, M, C, x, t = (fixture.inputs[name] for name in ("pi", "mu", "M", "C", "x", "t"))
    work = arithmetic(fixture)
    noise = Noise(fixture, t, work)
    identity = np.eye(x.shape[1], dtype=work)
    s = (work(1) - t)[:, None, None]
    F, t_ = noise.F[:, None, None], t[:, None, None]
    logarithms, velocities = [], []
    for k in range(len(pi)):
        lower = cholesky((s * s + F) * identity + t_ * t_ * M[k] + t_ * s * (C[k] + C[k].T))
        B = s * C[k] + t_ * M[k] - s * identity - t_ * C[k].T
        if noise.in_target:
            B = B + noise.f_slope[:, None, None] * identity
        y = x - t[:, None] * mu[k]
        for i in range(x.shape[1]):
            y[:, i] = (y[:, i] - total(lower[:, i, :i] * y[:, :i])) / lower[:, i, i]
        diagonal = np.diagonal(lower, axis1=1, axis2=2)
        logarithms.append(np.log(pi[k]) - total(y * y) / work(2) - total(np.log(diagonal)))
        for i in reversed(range(x.shape[1])):
            y[:, i] = (y[:, i] - total(lower[:, i + 1:, i] * y[:, i + 1:])) / lower[:, i, i]
        velocities.append(mu[k] + times_vector(B, y))
    r = softmax(np.stack(logarithms, axis=-1))
    return {"v": total(r[..., None] * np.stack(velocities, axis=1), axis=1)}


def softmax(logarithms):
    """exp(l_i - max l) / sum_j exp(l_j - max l) over the last axis."""
    weights = np.exp(logarithms - np.max(logarithms, axis=-1, keepdims=True))
    return weights / total(weights)[..., None]


def empirical_velocity(fixture):
    x, t, x1 = (fixture.inputs[name] for name in ("x", "t", "x1"))
    x0 = fixture.inputs.get("x0")
    frozen = fixture.attributes["pairing"] == "frozen"
    work = arithmetic(fixture)
    noise = Noise(fixture, t, work)
    spread = noise.F if frozen else (work(1) - t) * (work(1) - t) + noise.F
    if np.any(spread == 0):
        raise Refused("F = 0" if frozen else "h = 0")
    v = np.empty_like(x)
    for b in range(len(x)):
        tb, sb = t[b], work(1) - t[b]
        if frozen:
            p = sb * (x0 - x0[0]) + tb * (x1 - x1[0])
            q = sb * (x[b] - x0[0]) + tb * (x[b] - x1[0])
        else:
            p = tb * (x1 - x1[0])
            q = x[b] - tb * x1[0]
        D = total(q * q) - work(2) * total(q * p) + total(p * p)
        w = softmax(-D / (work(2) * spread[b]))[:, None]
        if frozen:
            v[b] = total(w * (x1 - x0), axis=0)
            if noise.in_target:
                v[b] += noise.slope_over_f[b] * (q - total(w * p, axis=0))
        else:
            h, m = spread[b], total(w * x1, axis=0)
            v[b] = (sb + noise.F[b]) / h * m - sb / h * x[b]
            if noise.in_target:
                v[b] += noise.f_slope[b] / h * (x[b] - tb * m)
    return {"v": v}


def gradient_moments(fixture):
    work = np.float64
    th, Th, x0, x1, z, t = (fixture.inputs[name].astype(work) for name in ("th", "Th", "x0", "x1", "z", "t"))
    noise = Noise(fixture, t, work)
    if noise.in_target and not noise.slope_exists:
        raise Refused("f' does not exist at t = 0 or 1")
    xt = (1 - t)[:, None] * x0 + t[:, None] * x1 + noise.f[:, None] * z
    system = Elimination(line_system(Th, t))
    y = system.solve(xt - t[:, None] * th)
    r = (x1 - x0) - (th + times_vector(Th, y))
    if noise.in_target:
        r = r + noise.slope[:, None] * z
    q = system.solve_transposed(r)
    squares = 4 * total(q * q) * (1 + total(y * y))
    products = -2 * q[:, :, None] * y[:, None, :]
    return {"sum_squared": total(squares), "sum_th": total(-2 * q, axis=0), "sum_Th": total(products, axis=0)}


def integrate(fixture):
    work, a = np.float64, fixture.attributes
    th, Th, x = (fixture.inputs[name].astype(work) for name in ("th", "Th", "x"))

    def velocity(position, time):
        each = np.full(len(position), time, dtype=work)
        return th + times_vector(Th, Elimination(line_system(Th, each)).solve(position - work(time) * th))

    h = work((a["t1"] - a["t0"]) / a["steps"])
    for k in range(a["steps"]):
        t = work(a["t0"] + k * h)
        k1 = velocity(x, t)
        if a["method"] == "euler":
            x = x + h * k1
        elif a["method"] == "heun":
            k2 = velocity(x + h * k1, t + h)
            x = x + (h / 2) * (k1 + k2)
        else:
            k2 = velocity(x + (h / 2) * k1, t + h / 2)
            k3 = velocity(x + (h / 2) * k2, t + h / 2)
            k4 = velocity(x + h * k3, t + h)
            x = x + (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4)
    return {"x1": x}


def nearest(fixture):
    q, bank = fixture.inputs["q"], fixture.inputs["bank"]
    index = np.empty(len(q), dtype=np.int64)
    distance = np.empty(len(q), dtype=q.dtype)
    for b in range(len(q)):
        squared = total((q[b] - bank) ** 2)
        index[b] = np.argmin(squared)
        distance[b] = np.sqrt(squared[index[b]])
    return {"index": index, "distance": distance}


def mmd(fixture):
    x, y, bandwidths = (fixture.inputs[name] for name in ("x", "y", "h"))
    work = arithmetic(fixture)
    n, m = len(x), len(y)
    if n < 2 or m < 2:
        raise Refused("a sample of one point has no pairs")

    def kernel_sums(points, others, h, pairs):
        """The sum over j of K(points[i], others[j]), j > i where `pairs`, then over i."""
        sums = np.zeros(len(points), dtype=work)
        for i in range(len(points)):
            differences = points[i] - others[i + 1 if pairs else 0:]
            sums[i] = total(np.exp(-total(differences ** 2) / (work(2) * h * h)))
        return total(sums)

    values = []
    for h in bandwidths:
        values.append(work(2 / (n * (n - 1))) * kernel_sums(x, x, h, True) +
                      work(2 / (m * (m - 1))) * kernel_sums(y, y, h, True) -
                      work(2 / (n * m)) * kernel_sums(x, y, h, False))
    return {"mmd2": np.array(values, dtype=work)}


def group_norm_silu(fixture):
    x, gamma, beta, dy = (fixture.inputs[name] for name in ("x", "gamma", "beta", "dy"))
    work, groups, eps = arithmetic(fixture), fixture.attributes["groups"], fixture.attributes["eps"]
    N, H, W, C = x.shape
    if C % groups != 0:
        raise Refused("the channels do not divide into the groups")
    m = work(H * W * C // groups)

    def grouped(values):
        return values.reshape(N, H * W, groups, C // groups)

    def group_total(values):
        """The sum over each sample's group, for each of its elements."""
        return total(values.transpose(0, 2, 1, 3).reshape(N, groups, -1))[:, None, :, None]

    d = grouped(x) - group_total(grouped(x)) / m
    s = work(1) / np.sqrt(group_total(d * d) / m + work(eps))
    n = d * s
    scale, shift = (values.reshape(groups, C // groups) for values in (gamma, beta))
    a = n * scale + shift
    with np.errstate(over="ignore"):  # exp(-a) may be infinite; then g is 0
        g = work(1) / (work(1) + np.exp(-a))
    e = grouped(dy) * g * (work(1) + a * (work(1) - g))
    u = e * scale
    dx = s * (u - group_total(u) / m - n * (group_total(u * n) / m))
    return {"y": (a * g).reshape(x.shape), "dx": dx.reshape(x.shape),
            "dgamma": total(total(e * n, axis=0), axis=0).reshape(C),
            "dbeta": total(total(e, axis=0), axis=0).reshape(C)}


def adamw_ema(fixture):
    work, a = arithmetic(fixture), fixture.attributes
    b1, b2, step, lr, decay = a["b1"], a["b2"], a["step"], a["lr"], a["ema_decay"]
    if step < 1:
        raise Refused("step counts from 1")
    keep = work(1 - lr * a["weight_decay"])
    rate = work(lr / (1 - b1**step))
    root = work(np.sqrt(1 - b2**step))
    outputs = {}
    for i in range(len(fixture.inputs) // 5):
        p, g, m, v, ema = (fixture.inputs[f"{name}.{i}"] for name in ("p", "g", "m", "v", "ema"))
        m = work(b1) * m + work(1 - b1) * g
        v = work(b2) * v + work(1 - b2) * g * g
        p = keep * p - rate * (m / (np.sqrt(v) / root + work(a["eps"])))
        ema = work(decay) * ema + work(1 - decay) * p
        outputs.update({f"p.{i}": p, f"g.{i}": g, f"m.{i}": m, f"v.{i}": v, f"ema.{i}": ema})
    return outputs


OPERATIONS = {function.__name__: function for function in (
    philox4x32, standard_normal, interpolate, pair_velocity, minimiser_velocity, empirical_velocity, gradient_moments,
    integrate, nearest, mmd, group_norm_silu, adamw_ema)}
