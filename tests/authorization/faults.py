"""The mistakes the matrix must find: each makes one part of the product wrong, in one place."""

from tests.authorization import faults_of_doors, faults_of_reach, faults_of_targets
from tests.authorization.breaking import FAULTS

__all__ = ["FAULTS", "faults_of_doors", "faults_of_reach", "faults_of_targets"]
