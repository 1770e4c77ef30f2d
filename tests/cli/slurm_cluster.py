# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""A Slurm of one node, for tests: munged, slurmctld and slurmd with everything of their own."""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "squeue", "scancel")
ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "DEADLINE")

# Without cgroups, which a container may not have. cred_expire is what a requeued job waits before it
# starts again: two minutes where it is not set. Two GPUs that are none, for the scripts that ask.
CONFIGURATION = """
ClusterName=gcrisk
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
SlurmctldPort={controller_port}
SlurmdPort={node_port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
JobRequeue=1
KillWait=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=65536 Gres=gpu:2
PartitionName=all Nodes=node1 Default=YES MaxTime=INFINITE State=UP
"""


def why_not():
    """Why no cluster can be started here, or nothing."""
    missing = [program for program in PROGRAMS if find(program) is None]
    if missing:
        return f"Slurm is not installed: no {', '.join(missing)}"
    if not os.path.ismount("/sys/fs/cgroup"):
        return "slurmd does not start where /sys/fs/cgroup is not mounted"
    return None if os.geteuid() == 0 else "slurmd starts jobs as root only"


def find(program):
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def free_ports(n):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Cluster:
    """Starts the daemons, runs shell commands that may submit jobs, and ends what it started."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.daemons = []
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        controller_port, node_port = free_ports(2)
        host = socket.gethostname().split(".")[0]
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            folder=self.folder, host=host, controller_port=controller_port, node_port=node_port))
        (self.folder / "gres.conf").write_text("Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n")
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        # Where the tests run in a job of a real cluster its variables would be taken for ours.
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("SLURM_", "SBATCH_", "SRUN_"))}
        self.environment = {**kept, "SLURM_CONF": str(self.folder / "slurm.conf")}

    def __enter__(self):
        try:
            own = {name: self.folder / f"munge.{name}" for name in ("key", "socket", "pid", "seed")}
            self._start("munged", "--foreground", "--force", f"--key-file={own['key']}",
                        f"--socket={own['socket']}", f"--pid-file={own['pid']}",
                        f"--seed-file={own['seed']}")
            self._until(own["socket"].exists, "munged listens")
            self._start("slurmctld", "-D", "-c")
            self._start("slurmd", "-D", "-N", "node1")
            self._until(lambda: " idle" in self.run("sinfo -h -o '%n %t'", check=False),
                        "the node is idle")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        with contextlib.suppress(RuntimeError):  # jobs outlive their daemons
            self.run("scancel --user=root")
            self._until(lambda: not self.run("squeue --noheader"), "no job is left")
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in reversed(self.daemons):
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def _start(self, program, *options):
        with open(self.folder / f"{program}.out", "w", encoding="utf-8") as out:
            self.daemons.append(subprocess.Popen(
                [find(program), *options], env=self.environment, stdout=out,
                stderr=subprocess.STDOUT))

    def _until(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end or any(d.poll() is not None for d in self.daemons):
                raise RuntimeError(f"not within {seconds} s: {what}\n{self.logs()}")
            time.sleep(0.05)

    def logs(self):
        """The last lines of each daemon."""
        return "\n".join(f"== {path.name}\n" + "\n".join(path.read_text().splitlines()[-15:])
                         for path in sorted(self.folder.glob("*d.*")) if path.suffix in (".log", ".out"))

    def run(self, script, cwd=None, check=True):
        """A shell script's standard output."""
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=cwd, text=True,
                              env=self.environment, capture_output=True, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"{script}\n{done.stdout}{done.stderr}\n{self.logs()}")
        return done.stdout + ("" if check else done.stderr)

    def jobs(self):
        """{number: facts} of all jobs, as `scontrol show job` tells them."""
        out = {}
        for line in self.run("scontrol show job --oneliner", check=False).splitlines():
            facts = dict(word.split("=", 1) for word in line.split() if "=" in word)
            if "JobId" in facts:
                out[int(facts["JobId"])] = facts
        return out

    def wait(self, seconds=150):
        """Until every job has ended: their facts."""
        self._until(lambda: all(facts["JobState"] in ENDED for facts in self.jobs().values()),
                    "all jobs have ended", seconds)
        return self.jobs()
