from .anchor import as_external_estimate as as_external_estimate
from .closed_population import ClosedPopulation as ClosedPopulation
from .independence import Independence as Independence
from .lower_bound import ChaoLowerBound as ChaoLowerBound
from .reading import read_lists as read_lists
from .sample_coverage import SampleCoverage as SampleCoverage
from .table import Lists as Lists
