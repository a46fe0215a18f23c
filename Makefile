# Every target that a person may call carries a `##` line; `make help` prints them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

export UV_PYTHON_DOWNLOADS := never
# Chinese file names and output must survive a machine whose locale is "C".
export PYTHONUTF8 := 1
# Offices often sit behind a proxy whose certificate only the system's own store knows.
export UV_SYSTEM_CERTS := 1
export NODE_USE_SYSTEM_CA := 1

BIN := .venv/bin
UV := .tools/bin/uv
FONT := build/fonts/NotoSansSC-Regular.ttf
DEMO := build/demo
# `make verdict-diff A=… B=… ON=…`: two rulebooks, or a rulebook before and after, on one county.
A ?= moe-2017-6
B ?=
ON ?= $(DEMO)/样例县.xlsx
DATA ?= ../shared/data
PORT ?= 8080
PYTEST_ARGS ?=

.PHONY: help
help: ## 列出全部命令 (list the commands)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---------------------------------------------------------------- set-up

.PHONY: setup
setup: .venv/.ready $(FONT) ## 安装运行与开发所需的一切，不改动系统 (install everything the project needs)

$(UV):
	@bash tools/bootstrap_uv.sh

.venv/.ready: uv.lock pyproject.toml | $(UV)
	@echo "安装 Python 依赖 ……"
	@$(UV) sync --frozen --quiet --python .tools/bin/python
	@touch $@

# The charts' font: an npm package, fetched with the Node that a PyPI wheel brought along.
$(FONT): frontend/package-lock.json | .venv/.ready
	@echo "取中文字体 ……"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm --prefix frontend ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
	@mkdir -p $(@D)
	@cp frontend/node_modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf $@.part
	@mv $@.part $@

.PHONY: system
system: ## 安装测试要用的系统软件：LibreOffice、中文字体等 (packages for rendering checks)
	@bash tools/install_system_packages.sh

# ---------------------------------------------------------------- use

.PHONY: demo
demo: setup ## 生成样例县、测算、列出成果文件，并启动演示网站 (sample county in, verdict, documents and a site out)
	@mkdir -p $(DEMO)
	@echo "生成样例县 ……"
	@$(BIN)/junheng sample -o $(DEMO)/样例县.xlsx --force
	@echo "测算 ……"
	@$(BIN)/junheng evaluate $(DEMO)/样例县.xlsx -o $(DEMO)/结果
	@echo
	@echo "填报工作簿：$(DEMO)/样例县.xlsx"
	@echo "成果文件（在 $(DEMO)/结果/ 下，请先打开 Word 简报和 results.xlsx）："
	@find $(DEMO)/结果 -type f | sort | sed 's/^/  /'
	@echo
	@bash tools/demo_site.sh start $(PORT)

.PHONY: site
site: setup ## 只启动演示网站，打印网址和各角色的演示账号：PORT=8080 (the demonstration site alone)
	@bash tools/demo_site.sh start $(PORT)

.PHONY: pictures
pictures: setup ## 从演示网站重新拍 docs/guide-web.md 的图，需要 chromium (take the guide's pictures anew)
	@$(BIN)/python tools/guide_pictures.py

.PHONY: stop
stop: ## 停止演示网站 (stop the demonstration site)
	@bash tools/demo_site.sh stop

.PHONY: realdata
realdata: setup ## 用项目旁的国外公开数据走一遍：DATA=../shared/data (1,614 real municipalities, demonstration rules)
	@$(BIN)/python tools/ph_schools.py convert $(DATA)/ph_schools/ph_schools_2015.parquet build/realdata/数据
	@$(BIN)/junheng evaluate build/realdata/数据 -o build/realdata/结果 --rulebook demo-ph --on 2016-01-01
	@$(BIN)/python tools/ph_schools.py figures build/realdata/数据 build/realdata/结果

# ---------------------------------------------------------------- checks

.PHONY: test
test: setup system lint types ## 全部检查：格式、类型、分层、测试 (everything CI runs)
	@$(BIN)/pytest -n auto --dist worksteal $(PYTEST_ARGS)
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
	  echo "网站部分再在 PostgreSQL 上跑一遍 ……"; \
	  JUNHENG_TESTS_ON=postgresql $(BIN)/pytest -n auto --dist worksteal tests/operations tests/web; \
	else \
	  echo "没有 PostgreSQL，未在它上面再跑 tests/operations、tests/web"; [ "$${CI:-}" != true ]; \
	fi

.PHONY: lint
lint: setup ## 代码规范与分层 (ruff and the layer contracts)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo | tail -n 1

.PHONY: types
types: setup ## 类型检查 (mypy --strict)
	@JUNHENG_HOME=build/site JUNHENG_SECRET_KEY=unused $(BIN)/mypy

.PHONY: format
format: setup ## 自动整理代码格式 (ruff, applied)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: accept
accept: ## 看过之后，接受有变化的对照文件 (take over changed gold files)
	@find tests -name '*.actual' -print | while read -r file; do mv -v "$$file" "$${file%.actual}"; done

$(BIN)/locust: uv.lock | .venv/.ready
	@$(UV) sync --frozen --quiet --group bench --python .tools/bin/python
	@touch $@

.PHONY: bench
bench: setup $(BIN)/locust ## 跑全部性能对照 (benchmarks against named peers)
	@for script in bench/bench_*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

.PHONY: reconcile-trials
reconcile-trials: setup ## 公布数核对的准确率：1,000 次埋好原因的试验 (planted causes named, about 10 minutes)
	@$(BIN)/python bench/reconcile_trials.py

.PHONY: recall
recall: setup ## 校验的误报率和埋错检出率 (false alarms of the checks, and what they find of planted mistakes)
	@$(BIN)/python bench/check_recall.py

.PHONY: mutation
mutation: setup ## 改坏程序看测试能否发现：测算与校验各抽 200 处 (mutants of evaluator and checks that are caught)
	@$(BIN)/python tools/mutation.py

# ---------------------------------------------------------------- law

.PHONY: verdict-diff
verdict-diff: setup ## 两个办法在同一县上结论有何不同：A=… B=… ON=… (verdicts that change)
	@test -n "$(B)" || { echo "请写明另一个办法，例如：make verdict-diff B=办法编号（可用 junheng rulebook list 查看）"; exit 2; }
	@test -e "$(ON)" || { mkdir -p "$$(dirname "$(ON)")"; $(BIN)/junheng sample -o "$(ON)"; }
	@$(BIN)/junheng rulebook diff "$(A)" "$(B)" --on "$(ON)"

.PHONY: docs
docs: setup ## 由规则数据重写 docs/indicators.md、elements.md、checks.md (regenerate the rule pages)
	@$(BIN)/junheng rulebook docs -o docs/indicators.md --elements docs/elements.md --checks docs/checks.md

.PHONY: clean
clean: ## 删除生成的文件，保留已安装的环境 (remove what runs made)
	@rm -rf build/demo dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
