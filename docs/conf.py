"""How Sphinx builds the site: ``uv run sphinx-build -W docs build/site``. Nothing is fetched, and warnings are errors."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for site_pages
os.environ["JUPYTER_PATH"] = str(HERE / "_jupyter")  # this Python and no kernel that a user may have
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # with -j 2 pages run beside each other

project = "darkfigure"
author = "the darkfigure contributors"
copyright = "the darkfigure contributors, BSD-3-Clause"  # noqa: A001
language = "en_GB"
root_doc = "index"
html_title = "darkfigure"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon", "site_pages"]

# Pages are plain Markdown, as they read on GitHub; site_pages makes a code cell of each Python block.
nb_custom_formats = {".md": "site_pages.notebook"}
nb_execution_mode = "force"  # a page shows what the package says now; a cache would not notice that the package changed
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_execution_timeout = 600
nb_merge_streams = True
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

html_math_renderer = "mathml"  # by the browser itself: no script, no font, no network

autosummary_generate = False
autodoc_typehints = "none"  # docstrings say types in words
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
default_role = "code"
add_module_names = False
nitpicky = True  # names of ours that a page refers to must exist; those of other libraries are not looked up
nitpick_ignore_regex = [("py:.*", r"(?!estimators\.).*")]

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_sidebars = {"index": [], "start": []}  # pages with none below them
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
