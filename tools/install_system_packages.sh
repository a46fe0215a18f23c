#!/usr/bin/env bash
# Installs what the rendering, browser and database tests need, where it may: root on Debian or a relative of it.
# Anywhere else it says in one line what is missing; those tests are then skipped by name.
set -euo pipefail

packages=(chromium fontconfig fonts-noto-cjk libreoffice-calc-nogui libreoffice-writer-nogui poppler-utils postgresql)

command -v dpkg-query >/dev/null || exit 0

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "缺少系统软件包，需要它们的测试会被跳过。补齐：sudo apt-get install ${missing[*]}"
  exit 0
fi

echo "安装系统软件包：${missing[*]} ……"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; \
  } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "系统软件包没有装上，需要它们的测试会被跳过。" >&2
  # In CI nothing may be skipped, so going on would only hide the cause.
  [ "${CI:-}" != true ] || exit 1
fi
