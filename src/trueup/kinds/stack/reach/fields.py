"""The fields of a compose file that are known: harmless ones, and those with a judge. Pure.

Whatever is not here needs an allowance: a later compose may give it any meaning.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SERVICE_HARMLESS = _words(
    """
    attach blkio_config cap_drop command configs container_name cpu_count cpu_percent cpu_period
    cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset depends_on develop dns dns_opt
    dns_search domainname entrypoint env_file environment expose external_links extra_hosts
    group_add healthcheck hostname image init isolation links mac_address mem_limit mem_reservation
    mem_swappiness memswap_limit networks pids_limit platform ports profiles pull_policy
    pull_refresh_after read_only restart scale secrets shm_size stdin_open stop_grace_period
    stop_signal storage_opt sysctls tmpfs tty ulimits user working_dir
    """
)
SERVICE_JUDGED = _words(
    """
    build cap_add cgroup deploy device_requests devices gpus ipc labels logging network_mode pid
    post_start pre_stop privileged security_opt userns_mode uts volumes volumes_from
    """
)
CAPABILITIES = _words(
    """
    AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID
    SETPCAP SETUID SYS_CHROOT
    """
)
BUILD_HARMLESS = _words(
    """
    args dockerfile_inline extra_hosts isolation labels no_cache no_cache_filter platforms
    provenance pull sbom secrets shm_size target ulimits
    """
)
BUILD_JUDGED = _words(
    """
    additional_contexts cache_from context dockerfile network
    """
)
