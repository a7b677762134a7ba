"""The tests of this project, by kind: tests/README.md."""

import pytest

pytest.register_assert_rewrite("tests.support")  # an assert there shows as much as one in a test
