"""Structures and constants of sockets (man 7 socket, ip, ipv6, unix, netlink).

Members in network byte order are raw bytes.
"""

from __future__ import annotations

from .layout import U8, U16, U32, Addr, Bytes, CStruct, Int, Size, UInt


class SockAddr(CStruct):
    """struct sockaddr."""

    sa_family: U16
    sa_data: bytes = Bytes(14)


class SockAddrIn(CStruct):
    """struct sockaddr_in (man 7 ip)."""

    min_align = 4
    sin_family: U16
    sin_port: bytes = Bytes(2)
    sin_addr: bytes = Bytes(4)
    _pad0: bytes = Bytes(8)


class SockAddrIn6(CStruct):
    """struct sockaddr_in6 (man 7 ipv6)."""

    sin6_family: U16
    sin6_port: bytes = Bytes(2)
    sin6_flowinfo: bytes = Bytes(4)
    sin6_addr: bytes = Bytes(16)
    sin6_scope_id: U32


class SockAddrUn(CStruct):
    """struct sockaddr_un (man 7 unix)."""

    sun_family: U16
    sun_path: bytes = Bytes(108)


class SockAddrNl(CStruct):
    """struct sockaddr_nl (man 7 netlink)."""

    nl_family: U16
    _pad0: U16
    nl_pid: U32
    nl_groups: U32


class SockAddrLl(CStruct):
    """struct sockaddr_ll (man 7 packet)."""

    sll_family: U16
    sll_protocol: bytes = Bytes(2)
    sll_ifindex: Int
    sll_hatype: U16
    sll_pkttype: U8
    sll_halen: U8
    sll_addr: bytes = Bytes(8)


class MsgHdr(CStruct):
    """struct msghdr, the kernel's user_msghdr (man 2 sendmsg)."""

    msg_name: Addr
    msg_namelen: Int
    msg_iov: Addr
    msg_iovlen: Size
    msg_control: Addr
    msg_controllen: Size
    msg_flags: UInt


class MMsgHdr(CStruct):
    """struct mmsghdr (man 2 sendmmsg)."""

    msg_hdr: MsgHdr
    msg_len: UInt


class CMsgHdr(CStruct):
    """struct cmsghdr; the data follows, aligned to a word (man 3 cmsg)."""

    cmsg_len: Size
    cmsg_level: Int
    cmsg_type: Int


class Ucred(CStruct):
    """struct ucred of SO_PEERCRED and SCM_CREDENTIALS."""

    pid: Int
    uid: UInt
    gid: UInt


class Linger(CStruct):
    """struct linger of SO_LINGER."""

    l_onoff: Int
    l_linger: Int


# man 2 socket
AF_UNSPEC = 0
AF_UNIX = 1
AF_INET = 2
AF_AX25 = 3
AF_IPX = 4
AF_APPLETALK = 5
AF_NETROM = 6
AF_BRIDGE = 7
AF_ATMPVC = 8
AF_X25 = 9
AF_INET6 = 10
AF_ROSE = 11
AF_DECnet = 12
AF_NETBEUI = 13
AF_SECURITY = 14
AF_KEY = 15
AF_NETLINK = 16
AF_PACKET = 17
AF_ASH = 18
AF_ECONET = 19
AF_ATMSVC = 20
AF_RDS = 21
AF_SNA = 22
AF_IRDA = 23
AF_PPPOX = 24
AF_WANPIPE = 25
AF_LLC = 26
AF_IB = 27
AF_MPLS = 28
AF_CAN = 29
AF_TIPC = 30
AF_BLUETOOTH = 31
AF_IUCV = 32
AF_RXRPC = 33
AF_ISDN = 34
AF_PHONET = 35
AF_IEEE802154 = 36
AF_CAIF = 37
AF_ALG = 38
AF_NFC = 39
AF_VSOCK = 40
AF_KCM = 41
AF_QIPCRTR = 42
AF_SMC = 43
AF_XDP = 44
AF_MCTP = 45

SOCK_STREAM = 1
SOCK_DGRAM = 2
SOCK_RAW = 3
SOCK_RDM = 4
SOCK_SEQPACKET = 5
SOCK_DCCP = 6
SOCK_PACKET = 0xA
SOCK_CLOEXEC = 0x80000
SOCK_NONBLOCK = 0x800

IPPROTO_IP = 0
IPPROTO_ICMP = 1
IPPROTO_IGMP = 2
IPPROTO_IPIP = 4
IPPROTO_TCP = 6
IPPROTO_UDP = 17
IPPROTO_DCCP = 33
IPPROTO_IPV6 = 41
IPPROTO_GRE = 47
IPPROTO_ESP = 50
IPPROTO_AH = 51
IPPROTO_SCTP = 132
IPPROTO_UDPLITE = 136
IPPROTO_RAW = 255
IPPROTO_MPTCP = 262
IPPROTO_HOPOPTS = 0
IPPROTO_ROUTING = 43
IPPROTO_FRAGMENT = 44
IPPROTO_ICMPV6 = 58
IPPROTO_NONE = 59
IPPROTO_DSTOPTS = 60

NETLINK_ROUTE = 0
NETLINK_USERSOCK = 2
NETLINK_SOCK_DIAG = 4
NETLINK_NFLOG = 5
NETLINK_XFRM = 6
NETLINK_SELINUX = 7
NETLINK_ISCSI = 8
NETLINK_AUDIT = 9
NETLINK_FIB_LOOKUP = 10
NETLINK_CONNECTOR = 11
NETLINK_NETFILTER = 12
NETLINK_DNRTMSG = 14
NETLINK_KOBJECT_UEVENT = 15
NETLINK_GENERIC = 16
NETLINK_CRYPTO = 21

# man 2 send, recv
MSG_OOB = 1
MSG_PEEK = 2
MSG_DONTROUTE = 4
MSG_CTRUNC = 8
MSG_PROXY = 0x10
MSG_TRUNC = 0x20
MSG_DONTWAIT = 0x40
MSG_EOR = 0x80
MSG_WAITALL = 0x100
MSG_FIN = 0x200
MSG_SYN = 0x400
MSG_CONFIRM = 0x800
MSG_RST = 0x1000
MSG_ERRQUEUE = 0x2000
MSG_NOSIGNAL = 0x4000
MSG_MORE = 0x8000
MSG_WAITFORONE = 0x10000
MSG_BATCH = 0x40000
MSG_ZEROCOPY = 0x4000000
MSG_FASTOPEN = 0x20000000
MSG_CMSG_CLOEXEC = 0x40000000

# man 2 shutdown
SHUT_RD = 0
SHUT_WR = 1
SHUT_RDWR = 2

# getsockopt (man 2): levels
SOL_RAW = 255
SOL_PACKET = 263
SOL_NETLINK = 270
SOL_BLUETOOTH = 274
SOL_ALG = 279
SOL_KCM = 281
SOL_TLS = 282
SOL_MPTCP = 284
SOL_SOCKET = 1
SOL_IP = 0
SOL_IPV6 = 41
SOL_ICMPV6 = 58

# Options of level SOL_SOCKET
SO_DEBUG = 1
SO_REUSEADDR = 2
SO_TYPE = 3
SO_ERROR = 4
SO_DONTROUTE = 5
SO_BROADCAST = 6
SO_SNDBUF = 7
SO_RCVBUF = 8
SO_SNDBUFFORCE = 32
SO_RCVBUFFORCE = 33
SO_KEEPALIVE = 9
SO_OOBINLINE = 10
SO_NO_CHECK = 11
SO_PRIORITY = 12
SO_LINGER = 13
SO_BSDCOMPAT = 14
SO_REUSEPORT = 15
SO_PASSCRED = 16
SO_PEERCRED = 17
SO_RCVLOWAT = 18
SO_SNDLOWAT = 19
SO_RCVTIMEO_OLD = 20
SO_SNDTIMEO_OLD = 21
SO_SECURITY_AUTHENTICATION = 22
SO_SECURITY_ENCRYPTION_TRANSPORT = 23
SO_SECURITY_ENCRYPTION_NETWORK = 24
SO_BINDTODEVICE = 25
SO_ATTACH_FILTER = 26
SO_DETACH_FILTER = 27
SO_PEERNAME = 28
SO_ACCEPTCONN = 30
SO_PEERSEC = 31
SO_PASSSEC = 34
SO_MARK = 36
SO_PROTOCOL = 38
SO_DOMAIN = 39
SO_RXQ_OVFL = 40
SO_WIFI_STATUS = 41
SO_PEEK_OFF = 42
SO_NOFCS = 43
SO_LOCK_FILTER = 44
SO_SELECT_ERR_QUEUE = 45
SO_BUSY_POLL = 46
SO_MAX_PACING_RATE = 47
SO_BPF_EXTENSIONS = 48
SO_INCOMING_CPU = 49
SO_ATTACH_BPF = 50
SO_ATTACH_REUSEPORT_CBPF = 51
SO_ATTACH_REUSEPORT_EBPF = 52
SO_CNX_ADVICE = 53
SO_MEMINFO = 55
SO_INCOMING_NAPI_ID = 56
SO_COOKIE = 57
SO_PEERGROUPS = 59
SO_ZEROCOPY = 60
SO_TXTIME = 61
SO_BINDTOIFINDEX = 62
SO_TIMESTAMP_OLD = 29
SO_TIMESTAMPNS_OLD = 35
SO_TIMESTAMPING_OLD = 37
SO_TIMESTAMP_NEW = 63
SO_TIMESTAMPNS_NEW = 64
SO_TIMESTAMPING_NEW = 65
SO_RCVTIMEO_NEW = 66
SO_SNDTIMEO_NEW = 67
SO_DETACH_REUSEPORT_BPF = 68
SO_PREFER_BUSY_POLL = 69
SO_BUSY_POLL_BUDGET = 70
SO_NETNS_COOKIE = 71
SO_BUF_LOCK = 72
SO_RESERVE_MEM = 73
SO_TXREHASH = 74
SO_RCVMARK = 75
SO_PASSPIDFD = 76
SO_PEERPIDFD = 77
SO_DEVMEM_LINEAR = 78
SO_DEVMEM_DMABUF = 79
SO_DEVMEM_DONTNEED = 80
SO_RCVPRIORITY = 82
SO_PASSRIGHTS = 83
SO_INQ = 84

# Control messages of SOL_SOCKET
SCM_RIGHTS = 1
SCM_CREDENTIALS = 2
SCM_TIMESTAMPING_OPT_STATS = 54
SCM_TIMESTAMPING_PKTINFO = 58

# man 2 socketcall
SYS_SOCKET = 1
SYS_BIND = 2
SYS_CONNECT = 3
SYS_LISTEN = 4
SYS_ACCEPT = 5
SYS_GETSOCKNAME = 6
SYS_GETPEERNAME = 7
SYS_SOCKETPAIR = 8
SYS_SEND = 9
SYS_RECV = 10
SYS_SENDTO = 11
SYS_RECVFROM = 12
SYS_SHUTDOWN = 13
SYS_SETSOCKOPT = 14
SYS_GETSOCKOPT = 15
SYS_SENDMSG = 16
SYS_RECVMSG = 17
SYS_ACCEPT4 = 18
SYS_RECVMMSG = 19
SYS_SENDMMSG = 20

PACKET_FANOUT_DATA = 22  # of level SOL_PACKET
