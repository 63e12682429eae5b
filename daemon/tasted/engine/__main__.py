"""`python -I -m tasted.engine`: the engine, as `tasted.rpc.engine_start` starts it."""

from tasted.system.garbage import no_collections

if __name__ == "__main__":
    with no_collections():
        from tasted.engine.starting import main
    main()
