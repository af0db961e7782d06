# Two commands do everything on a fresh Debian 12 machine with Swift 6.3: `make demo` and `make test`.
.PHONY: help setup build test guard test-options lint format demo bench oracle fuzz sweep sanitize cluster-test example docs dist dist-check install uninstall clean

help:
	@echo "make demo    set up, build, and show the whole way of a checkpoint on drawn faces; leaves demo-output/"
	@echo "make test    set up, lint, run all tests and the guard; one suite: swift test \$$(make -s test-options) --filter NAME"
	@echo "make guard   instructions, memory and sizes of what make test built, against recorded figures; part of make test"
	@echo "make build   the release binary at .build/release/convert"
	@echo "make bench CHECKPOINT=epoch.pth   speed and memory (docs/benchmarks.md)"
	@echo "make oracle  hold outputs against a real PyTorch, where one is installed"
	@echo "make fuzz MINUTES=n   every reader under libFuzzer, n minutes each; make sanitize: tests under AddressSanitizer and ThreadSanitizer"
	@echo "make sweep PYTHON=python3   ONNX graphs of one operator in ONNX Runtime and here; that Python has onnxruntime"
	@echo "make cluster-test   work in parts on a real Slurm and with GNU parallel, as root (scripts/cluster_test.sh)"
	@echo "make docs    the library's documentation in .build/docs; make example: the package in Examples/TwoFaces"
	@echo "make dist    the packages in dist/: tarball, Debian package, wheel; make dist-check tries them in empty roots"
	@echo "make install PREFIX=/usr/local DESTDIR=   pthconvert, its manual, completions and weights; make uninstall removes them"
	@echo "make lint / format / setup / clean"

setup:
	@bash scripts/setup.sh

build: setup
	swift build -c release --static-swift-stdlib

lint:
	swift format lint -r --strict Sources Tests Package.swift

format:
	swift format -i -r Sources Tests Package.swift

# Tests run on the optimized code that ships; without optimization, the detector and whole networks take minutes.
TESTS = -c release -Xswiftc -enable-testing --scratch-path .build/tests

test: setup lint
	swift build $(TESTS) --build-tests
	swift test $(TESTS) --skip-build
	@$(MAKE) --no-print-directory guard
	@bash scripts/example.sh

example: setup
	@bash scripts/example.sh

# The library's documentation, with the toolchain's own docc; a warning is an error.
docs: setup
	@bash scripts/docs.sh

guard:
	python3 scripts/guard.py --self-test
	python3 scripts/guard.py

test-options:
	@echo $(TESTS)

demo: build
	@bash scripts/demo.sh

bench: build
	python3 Benchmarks/checkpoint_files.py $(CHECKPOINT)

oracle: build
	bash scripts/oracle.sh

fuzz:
	bash scripts/fuzz.sh $(or $(MINUTES),1) $(MODES)

sweep: build
	$(or $(PYTHON),python3) scripts/operator_sweep.py .build/release/convert $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED))

# Whole networks take too long under sanitizers. The reports that scripts/thread-suppressions.txt lists are false; the file says why.
# Both sanitizers reserve more address space than the limit that MemoryBudgetTests sets.
SANITIZED = ArgumentsTests|FilesTests|JSONTests|PickleTests|PthReaderTests|TensorsTests|IRTests|ExportersTests|VerifierTests|ConvertKitTests|InferenceTests.*(Crew|Ordered|Stage)

sanitize:
	ASAN_OPTIONS=detect_leaks=0 swift test --sanitize=address -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined --scratch-path .build/address --filter '$(SANITIZED)' --skip MemoryBudgetTests
	TSAN_OPTIONS=suppressions=$(CURDIR)/scripts/thread-suppressions.txt \
		swift test --sanitize=thread --scratch-path .build/thread --filter '$(SANITIZED)' --skip MemoryBudgetTests

# Needs root, LFW and a checkpoint in ../shared; INSTALL=1 installs Slurm and GNU parallel. SCHEDULERS="slurm parallel".
cluster-test: build
	bash scripts/cluster_test.sh $(SCHEDULERS)

# One static binary, and packages of it (CONTRIBUTING.md has the recipe of a release).
dist: build
	@bash scripts/dist_binary.sh
	@python3 packaging/packages.py

dist-check:
	@bash scripts/dist_check.sh $(CHECKS)

# By the Makefile that the tarball has; make dist comes first.
install uninstall:
	@test -d dist/work/tree/bin || { echo "there is nothing to install: run make dist" >&2; exit 1; }
	@$(MAKE) --no-print-directory -C dist/work/tree -f $(CURDIR)/packaging/Makefile $@

clean:
	rm -rf .build dist
