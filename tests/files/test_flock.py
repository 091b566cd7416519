"""Which file systems keep `flock` to one machine."""

from pathlib import Path

import pytest

from distilabel_selfinstruct.files.flock import mount_of

MOUNTS = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw
36 22 0:31 / /nfs rw,relatime shared:2 - nfs4 head:/export rw,vers=4.2,local_lock=none,addr=10.0.0.1
37 22 0:32 / /old\040disk rw,relatime - nfs head:/old rw,vers=3,nolock,local_lock=all
38 22 0:33 / /ssh rw,nosuid - fuse.sshfs me@head:/home rw,user_id=0
39 22 0:34 / /lustre rw - lustre head@tcp:/fs rw,flock,lazystatfs
40 22 0:35 / /lustre/scratch rw - lustre head@tcp:/s rw,lazystatfs
41 22 0:36 / /nfs/over rw - nfs4 head:/one rw,local_lock=flock
42 41 0:37 / /nfs/over rw - nfs4 head:/two rw,local_lock=posix
"""


@pytest.mark.parametrize(
    ("path", "kind", "is_local"),
    [
        ("/home/me/runs", "ext4", False),
        ("/nfs/runs", "nfs4", False),
        ("/nfsruns", "ext4", False),
        ("/old disk/runs", "nfs", True),
        ("/ssh", "fuse.sshfs", True),
        ("/lustre/runs", "lustre", False),
        ("/lustre/scratch/runs", "lustre", True),
        ("/nfs/over/runs", "nfs4", False),
    ],
)
def test_what_is_mounted_says_whether_locks_hold_between_machines(path: str, kind: str, is_local: bool) -> None:
    mount = mount_of(Path(path), MOUNTS)
    assert mount is not None
    assert (mount.kind, mount.holds_here_only) == (kind, is_local)


def test_a_list_that_cannot_be_read_says_nothing() -> None:
    assert mount_of(Path("/runs"), "nothing - that\nis a mount\n") is None
