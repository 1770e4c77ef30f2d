# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""PyTorch's epochs of the networks that gcrisk trains, eager, on two threads, data resident.

usage: peer_torch_nets.py gcin|cnn|lstm PEOPLE EPOCHS [DEVICE [BATCH]]; prints seconds of each epoch
"""
import sys
import time

import torch
from torch import nn

torch.set_num_threads(2)
torch.manual_seed(1)


class Genomic(nn.Module):
    """2,000 variants: conv 32 × 9, pool 4, conv 64 × 5, pool 4, dense 64; clinical 20, 64, 32."""

    def __init__(self, with_clinical):
        super().__init__()
        self.genomic = nn.Sequential(
            nn.Conv1d(2, 32, 9, padding=4), nn.ReLU(), nn.MaxPool1d(4),
            nn.Conv1d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool1d(4),
            nn.Flatten(), nn.Linear(8000, 64), nn.ReLU())
        self.clinical = nn.Sequential(
            nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU()) if with_clinical else None
        self.head = nn.Sequential(nn.Linear(96, 32), nn.ReLU(), nn.Linear(32, 1)) \
            if with_clinical else nn.Linear(64, 1)

    def forward(self, x, clinical):
        found = self.genomic(x)
        if self.clinical is not None:
            found = torch.cat([found, self.clinical(clinical)], 1)
        return self.head(found)


class Recurrent(nn.Module):
    """50 steps of 40 numbers, 64 units."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(40, 64, batch_first=True)
        self.head = nn.Linear(64, 1)

    def forward(self, x, clinical):
        return self.head(self.lstm(x)[0][:, -1])


def main(which, people, epochs, device="cpu", batch=32):
    model = (Recurrent() if which == "lstm" else Genomic(which == "gcin")).to(device)
    x = torch.randn(people, 50, 40) if which == "lstm" else torch.randn(people, 2, 2000)
    clinical = torch.randn(people, 20).to(device)
    x = x.to(device)
    y = torch.randint(0, 2, (people, 1)).float().to(device)
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    loss = nn.BCEWithLogitsLoss()
    for _ in range(epochs):
        order = torch.randperm(people).to(device)
        if device != "cpu":
            torch.cuda.synchronize()
        begin = time.perf_counter()
        for b in range(0, people, batch):
            rows = order[b:b + batch]
            optimiser.zero_grad()
            loss(model(x[rows], clinical[rows]), y[rows]).backward()
            optimiser.step()
        if device != "cpu":
            torch.cuda.synchronize()
        print(f"{time.perf_counter() - begin:.3f}", flush=True)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:5], *map(int, sys.argv[5:6]))
