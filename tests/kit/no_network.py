"""Runs a command without any network: `python no_network.py COMMAND...`.

A filter of the kernel (seccomp(2), a BPF program) that no child can shake off: whoever opens an
IPv4 socket, as a look-up of a name does, is killed. IPv6 sockets are refused as on a machine that
has none, for urllib3 makes one when it is imported, to see. Linux on x86-64 and arm64.
"""

import ctypes
import errno
import os
import platform
import socket
import struct
import sys

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
# <linux/audit.h> and the number of socket(2) of each machine
_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_REFUSE = 0x00050000 | errno.EAFNOSUPPORT
# <linux/bpf_common.h>: load a word, jump if equal, jump if greater or equal, return
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
# struct seccomp_data
_NUMBER_AT, _MACHINE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
# calls of the x32 ABI carry this bit
_X32 = 0x40000000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _instructions(machine: str) -> bytes:
    audit, socket_number = _MACHINES[machine]
    program = (
        (_LOAD, 0, 0, _MACHINE_AT),
        (_JUMP_EQUAL, 0, 8, audit),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_AT_LEAST, 6, 0, _X32),
        (_JUMP_EQUAL, 0, 3, socket_number),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_JUMP_EQUAL, 3, 0, socket.AF_INET),
        (_JUMP_EQUAL, 1, 0, socket.AF_INET6),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _KILL_PROCESS),
    )
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def forbid_network() -> None:
    """Let this process and all its children be killed by SIGSYS when they open such a socket.

    Raises:
        OSError: when the kernel refuses.
        KeyError: on another machine.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    code = _instructions(platform.machine())
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program)
    ):
        raise OSError(ctypes.get_errno(), "no filter for system calls")


if __name__ == "__main__":
    forbid_network()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - the filter is inherited
