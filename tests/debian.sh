#!/usr/bin/env bash
# Names what the tests ("test") or the linters ("lint") need beyond Python and find missing here. As root on Debian
# it installs that; otherwise the tests that need it are skipped, each with its reason.
set -euo pipefail

have() { command -v "$1" >/dev/null 2>&1; }
any() { compgen -G "$1" >/dev/null; }

missing=()
for purpose in "$@"; do
	case $purpose in
	test)
		have chromium || missing+=(chromium)
		any '/usr/lib/postgresql/*/bin/postgres' || have postgres || missing+=(postgresql)
		have redis-server || missing+=(redis-server)
		have node || missing+=(nodejs)
		have zbarimg || missing+=(zbar-tools)
		any '/usr/share/fonts/*/noto/NotoSansTamil-*' || missing+=(fonts-noto-core)
		any '/usr/share/fonts/*/noto/NotoSansCJK-*' || missing+=(fonts-noto-cjk)
		;;
	lint)
		have npm || missing+=(npm)
		;;
	*)
		echo "usage: $0 [test] [lint]" >&2
		exit 2
		;;
	esac
done

[ ${#missing[@]} -eq 0 ] && exit 0
echo "Missing here: ${missing[*]}"
if [ "$(id -u)" != 0 ] || ! have apt-get; then
	echo "Installing them needs root on Debian; what depends on them is skipped."
	exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends "${missing[@]}"
