# make run    the product in the browser, with demonstration data    PORT=8001 make run
# make test   all tests                                               make test ARGS="tests/ingest -k xlsx"

.DEFAULT_GOAL := help
.PHONY: help setup run ocr reset test lint format format-check types contracts security check lock

# The first of these that the machine has; another one by: make run PYTHON=/path/to/python3
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do command -v $$name && break; done)
BIN := .venv/bin

help:  ## 显示本帮助
	@sed -n 's/^\([a-z-]*\):.*##/make \1 \t/p' Makefile | expand -t 20

setup:  ## 准备运行环境 .venv（run 与 test 会自动调用）
	@test -n "$(PYTHON)" || { echo "没有找到 python3。Debian/Ubuntu：apt install python3 python3-venv" >&2; exit 1; }
	@"$(PYTHON)" perfgoals/trial/install.py

run: setup  ## 启动试用系统；PORT=8001 另选端口
	@setpriv --pdeathsig TERM $(BIN)/python -m perfgoals.trial run

ocr: setup  ## 加装文字识别（OCR），用于扫描件和图片
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/ocr.txt

reset: setup  ## 停止试用系统并删除其数据
	@$(BIN)/python -m perfgoals.trial reset

test: setup  ## 运行测试；ARGS=… 传给 pytest
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 $(ARGS)

lint: setup  ## 代码与模板检查
	$(BIN)/ruff check
	$(BIN)/djlint --quiet --lint templates

format: setup  ## 统一代码格式
	$(BIN)/ruff format

format-check: setup
	$(BIN)/ruff format --check

types: setup  ## 类型检查
	$(BIN)/mypy

contracts: setup  ## 包与层的引用方向
	$(BIN)/lint-imports

security: setup  ## 常见安全问题
	$(BIN)/bandit --quiet --recursive --severity-level medium perfgoals approvals ingest  # ruff has the lesser ones

check: lint format-check types contracts security  ## 以上各项检查
	$(BIN)/python manage.py makemigrations --check --dry-run

lock: setup  ## 重新锁定 requirements/*.txt
	@for name in base prod dev ocr; do \
	  $(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done
