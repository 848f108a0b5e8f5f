# The same commands for people and for CI. `make demo` and `make test` are all the set-up there is.
SWIFT_BUILD = swift build --explicit-target-dependency-import-check error
RELEASE = --configuration release --static-swift-stdlib --scratch-path .build-release

.PHONY: demo test build lint format golden oracle bench release bootstrap

demo: bootstrap
	$(SWIFT_BUILD) --product tidemark
	.build/debug/tidemark demo --reset

# One test at a time: many of them wait for processes and servers of their own.
test: bootstrap
	$(SWIFT_BUILD) --build-tests
	swift test --skip-build --no-parallel

build: bootstrap
	$(SWIFT_BUILD)

lint:
	swift format lint --strict --recursive Sources Tests Package.swift

format:
	swift format format --in-place --recursive Sources Tests Package.swift

golden: bootstrap
	UPDATE_GOLDEN=1 swift test

# Compares charts with the real Helm, which is downloaded once; skipped without network.
oracle: bootstrap
	$(SWIFT_BUILD) --product tidemark
	tools/helm-oracle

release: bootstrap
	swift build $(RELEASE) --product tidemark

# `make bench BENCH="--only charts --charts DIR"` takes further charts. Helm is downloaded once; without it, that part is skipped.
bench: release
	swift build $(RELEASE) --product bench
	.build-release/release/bench --tidemark .build-release/release/tidemark \
	  $(addprefix --helm ,$(shell tools/helm-oracle --which)) $(addprefix --helm-sdk ,$(shell tools/helm-oracle --sdk)) $(BENCH)

bootstrap:
	@tools/bootstrap
