# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# Sourced before lib.sh: begins the file again in a mount and a network namespace of
# its own.  On a machine mounts and interfaces come and go, and between two probes
# that would be a difference.
#
# Some texts are expanded later.
# shellcheck disable=SC2016

if [ -z "${DIFFERENTIAL_ALONE-}" ] && [ "$(id -u)" -eq 0 ]; then
	DIFFERENTIAL_ALONE=yes
	export DIFFERENTIAL_ALONE
	exec unshare --mount --net sh -c 'ip link set lo up; exec "$@"' sh /bin/sh "$0" "$@"
fi
unset DIFFERENTIAL_ALONE
