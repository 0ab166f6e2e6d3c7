from .projecting import project as project
from .projecting import projection_table as projection_table
from .reading import read_series as read_series
from .seasonal import SeasonalProjection as SeasonalProjection
from .series import Series as Series
