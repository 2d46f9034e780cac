"""The operations as plain expressions in fp64, from docs/fixtures.md: none knows how an operator computes."""

import torch

MASK = 0xFFFFFFFF


def philox(counter, key):
    """Philox4x32-10 in Python's integers."""
    c, k = list(counter), list(key)
    for _ in range(10):
        left, right = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [right >> 32 ^ c[1] ^ k[0], right & MASK, left >> 32 ^ c[3] ^ k[1], left & MASK]
        k = [k[0] + 0x9E3779B9 & MASK, k[1] + 0xBB67AE85 & MASK]
    return c


def normals(elements, seed, offset):
    """The normals of elements, and their radii r: |z| <= r, and the error of z is relative to r."""
    z, radii = [], []
    for element in elements:
        block, lane = divmod(element % 2**64, 4)
        words = philox([block & MASK, block >> 32, offset & MASK, offset % 2**64 >> 32],
                       [seed & MASK, seed % 2**64 >> 32])
        u, turn = ((words[lane // 2 * 2 + i] + 0.5) * 2.0**-32 for i in range(2))
        angle = 2 * torch.pi * torch.tensor(turn, dtype=torch.float64)
        radii.append((-2 * torch.tensor(u, dtype=torch.float64).log()).sqrt())
        z.append(radii[-1] * (angle.sin() if lane % 2 else angle.cos()))
    return torch.stack(z), torch.stack(radii)


def noise(t, schedule, s, target):
    """f(t) and the part f'(t) of the target."""
    if schedule != "bridge":
        return t * 0 + (s if schedule == "constant" else 0.0), t * 0
    root = (t * (1 - t)).sqrt()
    return s * root, s * (1 - 2 * t) / (2 * root) if target == "interpolant" else t * 0


def interpolate(x0, x1, t, z, schedule, s, target):
    level, slope = (of[:, None] for of in noise(t, schedule, s, target))
    rest = 1 - t[:, None]
    return rest * x0 + t[:, None] * x1 + level * z, x1 - x0 + slope * z


def image(byte):
    return byte / 127.5 - 1


def lines(Th, t):
    """I + t Th for every t."""
    return torch.eye(Th.shape[-1], dtype=torch.float64) + t[..., None, None] * Th


def pair_velocity(th, Th, x, t):
    th, Th = th[:, None], Th[:, None]
    y = torch.linalg.solve(lines(Th, t), (x - t[..., None] * th)[..., None])
    return th + (Th @ y)[..., 0]


def minimiser_velocity(pi, mu, M, C, x, t, schedule, s, target):
    level, slope = (of[:, None, None] for of in noise(t, schedule, s, target))
    identity = torch.eye(mu.shape[1], dtype=torch.float64)
    rest, T = 1 - t[:, None, None], t[:, None, None]
    levels, velocities = [], []
    for k in range(len(pi)):
        covariance = (rest * rest + level * level) * identity + T * T * M[k] + T * rest * (C[k] + C[k].mT)
        regression = rest * C[k] + T * M[k] - rest * identity - T * C[k].mT + level * slope * identity
        centred = x - t[:, None] * mu[k]
        y = torch.linalg.solve(covariance, centred[..., None])
        levels.append(pi[k].log() - (centred * y[..., 0]).sum(-1) / 2 - torch.linalg.slogdet(covariance)[1] / 2)
        velocities.append(mu[k] + (regression @ y)[..., 0])
    weights = softmax(torch.stack(levels, dim=-1))
    return (weights[..., None] * torch.stack(velocities, dim=1)).sum(1)


def softmax(levels):
    weights = (levels - levels.amax(-1)[..., None]).exp()
    return weights / weights.sum(-1)[..., None]


def empirical_velocity(x, t, x0, x1, schedule, s, target, pairing):
    level, slope = (of[:, None] for of in noise(t, schedule, s, target))
    T, rest, F = t[:, None], 1 - t[:, None], level * level
    if pairing == "frozen":
        p = rest[..., None] * (x0 - x0[0]) + T[..., None] * (x1 - x1[0])
        q = rest * (x - x0[0]) + T * (x - x1[0])
        weights = gaussian_weights(q, p, F)
        v = (weights[..., None] * (x1 - x0)).sum(1)
        return v + slope / level * (q - (weights[..., None] * p).sum(1))
    h = rest * rest + F
    weights = gaussian_weights(x - T * x1[0], T[..., None] * (x1 - x1[0]), h)
    mean = (weights[..., None] * x1).sum(1)
    return (rest + F) / h * mean - rest / h * x + level * slope / h * (x - T * mean)


def gaussian_weights(q, p, variance):
    """Of squared distances as |q|^2 - 2 q.p + |p|^2, what matrix products give."""
    squared = (q * q).sum(-1)[:, None] - 2 * (q[:, None] * p).sum(-1) + (p * p).sum(-1)
    return softmax(-squared / (2 * variance))


def gradient_moments(th, Th, x0, x1, z, t, schedule, s, target):
    level, slope = (of[:, None] for of in noise(t, schedule, s, target))
    T = t[:, None]
    matrix = lines(Th, t)
    y = torch.linalg.solve(matrix, ((1 - T) * x0 + T * x1 + level * z - T * th)[..., None])[..., 0]
    residual = x1 - x0 - (th + (Th @ y[..., None])[..., 0]) + slope * z
    q = torch.linalg.solve(matrix.mT, residual[..., None])[..., 0]
    squares = 4 * (q * q).sum(-1) * (1 + (y * y).sum(-1))
    return squares.sum(), -2 * q.sum(0), -2 * (q[:, :, None] * y[:, None]).sum(0)


def integrate(th, Th, x, t0, t1, steps, method):
    h = (t1 - t0) / steps

    def velocity(x, t):
        y = torch.linalg.solve(torch.eye(len(th), dtype=torch.float64) + t * Th, (x - t * th).mT)
        return th + (Th @ y).mT

    for t in (t0 + k * h for k in range(steps)):
        k1 = velocity(x, t)
        if method == "euler":
            x = x + h * k1
        elif method == "heun":
            x = x + h / 2 * (k1 + velocity(x + h * k1, t + h))
        else:
            k2 = velocity(x + h / 2 * k1, t + h / 2)
            k3 = velocity(x + h / 2 * k2, t + h / 2)
            x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + velocity(x + h * k3, t + h))
    return x


def distances(q, bank):
    difference = q[:, None] - bank
    return (difference * difference).sum(-1).sqrt()


def mmd(x, y, h):
    def kernels(a, b, first, second):
        difference = a[first] - b[second]
        return (-(difference * difference).sum(-1) / (2 * (h * h))[:, None]).exp()

    def of_pairs(a):
        return 2 * kernels(a, a, *torch.triu_indices(len(a), len(a), 1)).sum(-1) / (len(a) * (len(a) - 1))

    every_x, every_y = torch.cartesian_prod(torch.arange(len(x)), torch.arange(len(y))).unbind(1)
    return of_pairs(x) + of_pairs(y) - 2 * kernels(x, y, every_x, every_y).sum(-1) / (len(x) * len(y))


def group_norm_silu(x, gamma, beta, groups, eps):
    n, scale, gamma, beta = normalised(x, gamma, beta, groups, eps)
    a = n * gamma + beta
    return (a * (1 / (1 + (-a).exp()))).reshape(x.shape)


def normalised(x, gamma, beta, groups, eps):
    """(x - mean) s and s of [N, pixels, groups, channels a group], and gamma, beta to go with them."""
    grouped = x.reshape(x.shape[0], -1, groups, x.shape[3] // groups)
    m = grouped.shape[1] * grouped.shape[3]
    centred = grouped - grouped.sum((1, 3), keepdim=True) / m
    scale = 1 / ((centred * centred).sum((1, 3), keepdim=True) / m + eps).sqrt()
    return centred * scale, scale, gamma.reshape(groups, -1), beta.reshape(groups, -1)


def group_norm_silu_backward(dy, x, gamma, beta, groups, eps):
    n, scale, gamma, beta = normalised(x, gamma, beta, groups, eps)
    m = n.shape[1] * n.shape[3]
    a = n * gamma + beta
    g = 1 / (1 + (-a).exp())
    e = dy.reshape(n.shape) * g * (1 + a * (1 - g))
    u = e * gamma
    mean_u, mean_un = (of.sum((1, 3), keepdim=True) / m for of in (u, u * n))
    dx = scale * (u - mean_u - n * mean_un)
    return dx.reshape(x.shape), (e * n).sum((0, 1)).reshape(-1), e.sum((0, 1)).reshape(-1)


def adamw_ema(p, g, m, v, ema, step, lr, b1, b2, eps, weight_decay, ema_decay):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    denominator = v.sqrt() / (1 - b2**step) ** 0.5 + eps
    p = (1 - lr * weight_decay) * p - lr / (1 - b1**step) * (m / denominator)
    return p, m, v, ema_decay * ema + (1 - ema_decay) * p
