# The catalog is generated from the files in detectors/: one entry per .cc, in order of name.
file(GLOB detector_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/detectors/*.cc)
set(declarations "")
set(entries "")
foreach(source IN LISTS detector_sources)
  get_filename_component(name ${source} NAME_WE)
  string(APPEND declarations "extern const DetectorKind ${name}_kind;\n")
  string(APPEND entries "    &${name}_kind,\n")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/catalog.cc CONTENT
"// Generated from detectors/*.cc.
#include \"core/catalog.h\"

namespace vedette {
@declarations@
std::vector<const DetectorKind*> catalog() {
  return {
@entries@  };
}
}  // namespace vedette
" @ONLY)
