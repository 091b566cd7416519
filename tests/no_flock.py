"""Have the kernel refuse `flock` to this process and its children, as some file systems do."""

import ctypes
import errno
import platform

_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.ENOSYS
_NUMBER, _ARCHITECTURE = 0, 4
_FLOCK = {"x86_64": (0xC000003E, 73), "aarch64": (0xC00000B7, 32)}
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def is_possible() -> bool:
    return platform.system() == "Linux" and platform.machine() in _FLOCK


def refuse_flock() -> None:
    """From now on and for good, `flock` fails with ENOSYS: for that, `datasets` has locks of another kind."""
    architecture, flock = _FLOCK[platform.machine()]
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 0, 3, architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_IF_EQUAL, 0, 1, flock),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    instructions = (_Instruction * len(code))(*(_Instruction(*one) for one in code))
    program = _Program(len(code), instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
    for option, value, pointer in ((_NO_NEW_PRIVILEGES, 1, None), (_SECCOMP, _FILTER, ctypes.addressof(program))):
        if libc.prctl(option, value, pointer, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
