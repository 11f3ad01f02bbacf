"""Teaches a small network where ruling lines run, and writes it as ONNX.

    python -m benchmarks.rule_map.pages PAGES --pages 420 --seed 5
    python -m benchmarks.rule_map.train PAGES rules.onnx --steps 14000
    cp rules.onnx src/workbench/grid/structure/

Wants torch (2.13 was used) and onnx; torch is no requirement of anything else here. The network sees a page in shades
of grey at 14 pixels for each text height and says for each second pixel how likely a level and a plumb rule run there.

The weights in the package (92,634, 0.4 MB) saw 305 such pages, of Chromium only, in typefaces and words of half 0:
7,050 steps at a rate of .003 and, from there, 7,100 at .002 with more handwriting and print from the back;
50 minutes on two cores. What LibreOffice prints and what the tests draw is what they are tested on.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from tqdm import tqdm

from benchmarks.rule_map.patches import draw_patch, load_page

BATCH = 8


class Strip(nn.Module):
    """Looks far along rows and columns, then mixes what it saw."""

    def __init__(self, channels: int, reach: int) -> None:
        super().__init__()
        half = reach // 2
        self.across = nn.Conv2d(channels, channels, (1, reach), padding=(0, half), groups=channels)
        self.down = nn.Conv2d(channels, channels, (reach, 1), padding=(half, 0), groups=channels)
        self.near = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.mix = nn.Conv2d(3 * channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        seen = torch.cat([self.across(x), self.down(x), self.near(x)], 1)
        return x + functional.relu(self.mix(functional.relu(seen)))


class RuleNet(nn.Module):
    """(batch, 1, height, width), 0 black to 1 white, to (batch, 2, height / 2, width / 2), logits."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 12, 5, stride=2, padding=2)
        self.to_four = nn.Conv2d(12, 24, 3, stride=2, padding=1)
        self.four = nn.Sequential(Strip(24, 11), Strip(24, 11))
        self.to_eight = nn.Conv2d(24, 40, 3, stride=2, padding=1)
        self.eight = nn.Sequential(Strip(40, 13), Strip(40, 13), Strip(40, 13))
        self.to_sixteen = nn.Conv2d(40, 56, 3, stride=2, padding=1)
        self.sixteen = nn.Sequential(Strip(56, 13), Strip(56, 13))
        self.up_eight, self.up_four, self.up_two = nn.Conv2d(56, 40, 1), nn.Conv2d(40, 24, 1), nn.Conv2d(24, 12, 1)
        self.back_eight, self.back_four, self.back_two = Strip(40, 9), Strip(24, 9), nn.Conv2d(12, 12, 3, padding=1)
        self.head = nn.Conv2d(12, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        two = functional.relu(self.stem(1 - x))
        four = self.four(functional.relu(self.to_four(two)))
        eight = self.eight(functional.relu(self.to_eight(four)))
        sixteen = self.sixteen(functional.relu(self.to_sixteen(eight)))
        eight = self.back_eight(eight + _twice(self.up_eight(sixteen)))
        four = self.back_four(four + _twice(self.up_four(eight)))
        two = functional.relu(self.back_two(two + _twice(self.up_two(four))))
        return self.head(two)


def _twice(x: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(x, scale_factor=2, mode="nearest")


class Patches(IterableDataset):
    """Patches without end."""

    def __init__(self, files: list[Path], seed: int) -> None:
        self.pages = [load_page(file) for file in files]
        self.seed = seed

    def __iter__(self):
        worker = get_worker_info()
        rng = np.random.default_rng((self.seed, worker.id if worker else 0))
        while True:
            patch = draw_patch(self.pages[rng.integers(len(self.pages))], rng)
            grey, rules = patch.grey[None].astype(np.float32) / 255, (patch.rules > 0).astype(np.float32)
            yield torch.from_numpy(grey), torch.from_numpy(rules), torch.from_numpy((~patch.lost).astype(np.float32))


def loss_of(logits: torch.Tensor, rules: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """Cross entropy, and overlap (Dice), for rules are a small part of a page; where ``counts`` is 0 nothing counts."""
    entropy = functional.binary_cross_entropy_with_logits(logits, rules, counts)
    seen, rules = torch.sigmoid(logits) * counts, rules * counts
    common = 2 * (seen * rules).sum((0, 2, 3)) + 1
    return entropy + 0.3 * (1 - common / (seen.sum((0, 2, 3)) + rules.sum((0, 2, 3)) + 1)).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=14000, help="of eight pieces each (%(default)s)")
    parser.add_argument("--rate", type=float, default=3e-3, help="of learning at its height (%(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, metavar="ONNX", help="go on from the weights in this file")
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    files = sorted(f for pages in arguments.pages for f in pages.glob("*.png") if not f.stem.endswith("rules"))
    net = RuleNet().to(memory_format=torch.channels_last)
    if arguments.start:
        net.load_state_dict(weights_of(arguments.start))
    print(f"{len(files)} pages, {sum(weights.numel() for weights in net.parameters())} weights", flush=True)
    teach(net, Patches(files, arguments.seed), arguments.steps, arguments.rate)
    write(net, arguments.out)


def teach(net: RuleNet, patches: Patches, steps: int, rate: float) -> None:
    """Show the network batches of patches; the rate rises for 200 steps, then falls as a cosine does."""
    batches = iter(DataLoader(patches, batch_size=BATCH, num_workers=1, prefetch_factor=4))
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-4)
    progress = tqdm(range(steps), unit="step", disable=None)
    for step in progress:
        grey, rules, counts = next(batches)
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, step / 200) * 0.5 * (1 + np.cos(np.pi * step / steps))
        loss = loss_of(net(grey.to(memory_format=torch.channels_last)), rules, counts)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        progress.set_postfix(loss=f"{loss.item():.3f}", refresh=False)


def weights_of(file: Path) -> dict[str, torch.Tensor]:
    """The weights that ``write`` wrote, by their names in the network."""
    stored = onnx.load(file).graph.initializer
    return {each.name.removeprefix("0."): torch.from_numpy(numpy_helper.to_array(each).copy()) for each in stored}


def write(net: RuleNet, file: Path) -> None:
    """The network as ONNX, for pages of any size that is a multiple of 16."""
    net.eval()
    axes = {0: "batch", 2: "height", 3: "width"}
    torch.onnx.export(
        nn.Sequential(net, nn.Sigmoid()),
        (torch.zeros(1, 1, 64, 64),),
        str(file),
        input_names=["page"],
        output_names=["rules"],
        dynamic_axes={"page": axes, "rules": axes},
        opset_version=17,
        dynamo=False,
    )


if __name__ == "__main__":
    main()
