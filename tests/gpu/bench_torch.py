#!/usr/bin/env python3
"""The same attention in PyTorch, where it is there: for each level the segments' rows are gathered, its flash attention
runs on them, the results are scattered and mixed by their log-sum-exp, which is what the authors' code does.
Prints the time at N = 1,048,576, 12 heads of 64, as bench_attention does. Exits with 77 where it cannot run."""
import sys

try:
    import torch
    if not torch.cuda.is_available():
        raise RuntimeError("PyTorch sees no GPU")
except Exception as why:
    print(f"skipped: {why}")
    sys.exit(77)

flash = torch.ops.aten._scaled_dot_product_flash_attention
N, heads, dim = 1 << 20, 12, 64
levels = [(2048 << k, 1 << k) for k in range(10)]


def forward(q, k, v):
    """q, k, v: [N, heads, dim]; head h has the offset h mod r."""
    outs, lses = [], []
    for w, r in levels:
        out = torch.zeros(N, heads, dim, dtype=q.dtype, device=q.device)
        lse = torch.full((N, heads), -torch.inf, device=q.device)
        rows = (torch.arange(0, w, r, device=q.device)[:, None] + torch.arange(heads, device=q.device)[None, :] % r)
        at = (torch.arange(0, N, w, device=q.device)[:, None, None] + rows)  # [segments, rows, heads]
        index = at.reshape(-1, heads)

        def gathered(x):
            x = torch.gather(x, 0, index[:, :, None].expand(-1, -1, dim))
            return x.view(N // w, w // r, heads, dim).transpose(1, 2)

        result = flash(gathered(q), gathered(k), gathered(v), 0.0, True)
        o, l = result[0], result[1]
        o = o.transpose(1, 2).reshape(-1, heads, dim)
        l = l.transpose(1, 2).reshape(-1, heads).float()
        out.scatter_(0, index[:, :, None].expand(-1, -1, dim), o)
        lse.scatter_(0, index, l)
        outs.append(out)
        lses.append(lse)
    weights = torch.softmax(torch.stack(lses), 0)
    mixed = torch.zeros_like(outs[0], dtype=torch.float32)
    for weight, out in zip(weights, outs):
        mixed += weight[:, :, None] * out
    return mixed


torch.manual_seed(1)
q, k, v = (torch.randn(N, heads, dim, dtype=torch.bfloat16, device="cuda") for _ in range(3))
times = []
for i in range(9):
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    forward(q, k, v)
    end.record()
    end.synchronize()
    if i >= 2:
        times.append(begin.elapsed_time(end))
print(f"PyTorch {torch.__version__}, 1 M, 12 heads of 64, forward: {sorted(times)[len(times) // 2]:.3f} ms")
