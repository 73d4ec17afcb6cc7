from geoservice.network import contract, grid, kernels
from geoservice.network.precompile import precompile


def test_every_loop_that_a_study_calls_is_compiled() -> None:
    precompile()
    called = (
        contract._build_chains,
        grid.grid_cells,
        grid.nearest_segments,
        kernels.edge_offsets,
        kernels.nearest_keys,
        kernels.point_keys,
        kernels.point_rows,
        kernels.reach_rows,
        kernels.repair_keys,
        kernels.restore_keys,
        kernels.rows_of,
    )
    assert not [loop.py_func.__name__ for loop in called if not loop.signatures]
