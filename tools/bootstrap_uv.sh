#!/usr/bin/env bash
# Puts uv into .tools/, from nothing but Python. Run by `make setup`, from the root of the repository.
set -euo pipefail

python=${PYTHON:-python3}

if ! command -v "$python" >/dev/null; then
  echo "找不到 $python：请先安装 Python 3.11 或更新版本。" >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "$("$python" --version) 太旧：需要 Python 3.11 或更新版本。可用 PYTHON=路径 指定另一个。" >&2
  exit 1
fi

# Debian ships Python without the part that makes environments.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "安装 python3-venv ……"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
  else
    echo "缺少 venv 模块：请先运行 sudo apt-get install python3-venv 。" >&2
    exit 1
  fi
fi

echo "安装 uv ……"
rm -rf .tools
"$python" -m venv .tools
.tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'
