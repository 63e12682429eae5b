"""`python -I -m tasted.training`: the training, as `tasted.rpc.training_process` starts it."""

from tasted.system.garbage import no_collections

if __name__ == "__main__":
    with no_collections():
        from tasted.training.process import main
    main()
