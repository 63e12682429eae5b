"""Trains an adapter of the model on likes and rejects, in a process of its own. START HERE.

process        the process, and how its end is told                    `.tasted/training`
session        one run, from the labels to a model or to reasons       `.tasted`
labels         what is learnt from, oldest first                       inbox, outbox, log of answers
looking        every picture once: frozen half of the model, copies    torch, by its tower
cached_views   what the frozen half made of views                      one private folder
dividing       folds, what stops it, the newest                        pure
recipe         every number of the training                            pure
vision_tower   the model: frozen lower blocks, upper ones adapted      torch, peft
adapter_run    one adapter, step by step                               torch
checkpoints    where such a run stands                                 safetensors, JSON
cross_fitting  all adapters, and what each says of what it knows not   torch
proving        from adapters to gates                                  numpy
gates          whether it may be tried: five figures                   pure
merging        from an adapter to a model that both runtimes load      `.tasted/models`
progress       what it does now; pauses; the end when somebody wants   `.tasted/training`

This is the second door of torch and transformers, and the only one of peft. Nothing of it is
imported by the light process or the engine: `rpc.training_process` starts it.
"""
