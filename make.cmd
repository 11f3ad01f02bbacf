@echo off
rem What the Makefile does, for Windows without make: make setup ^| demo ^| test ^| lint ^| lab ^| docs
rem The Python is that of the launcher py; another one: set PYTHON=C:\path\to\python.exe
setlocal
cd /d "%~dp0"
if not defined PYTHON set "PYTHON=py -3"
set "BIN=.venv\Scripts"
set "TARGET=%~1"
if not defined TARGET set "TARGET=setup"
for %%T in (setup demo test lint lab) do if /i "%TARGET%"=="%%T" goto :setup
echo make: no target %TARGET%; there are setup, demo, test, lint and lab
exit /b 2

:setup
if exist .venv\.installed goto :installed
%PYTHON% -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
if errorlevel 1 (
  echo workbench needs Python 3.11, 3.12 or 3.13; choose one with: set PYTHON=py -3.12
  exit /b 1
)
if not exist "%BIN%\python.exe" %PYTHON% -m venv .venv || exit /b 1
"%BIN%\python" -m pip install --disable-pip-version-check --require-hashes -r requirements.lock || exit /b 1
"%BIN%\python" -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable . || exit /b 1
type nul > .venv\.installed

:installed
if /i "%TARGET%"=="setup" exit /b 0
goto :%TARGET%

:demo
"%BIN%\workbench" demo
exit /b %ERRORLEVEL%

:lint
"%BIN%\ruff" check src tests benchmarks fuzz tools examples || exit /b 1
"%BIN%\ruff" format --check src tests benchmarks fuzz tools examples || exit /b 1
"%BIN%\mypy" || exit /b 1
"%BIN%\lint-imports"
exit /b %ERRORLEVEL%

:test
"%BIN%\python" -m pytest --numprocesses logical --maxprocesses 8 --dist worksteal
exit /b %ERRORLEVEL%

:lab
"%BIN%\jupyter" lab --ServerApp.root_dir="%CD%" --LabApp.default_url=/lab/tree/notebooks/department.ipynb
exit /b %ERRORLEVEL%
