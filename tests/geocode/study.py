"""A study for files of households."""

from geoservice.study import Study

STUDY = Study.model_validate(
    {
        "id": "made_up",
        "title": {"zh": "虚构", "en": "Made up"},
        "code_system": "nbs2023",
        "levels": ["county", "township", "village"],
        "services": [{"id": "clinic", "title": {"zh": "诊所", "en": "Clinic"}, "standard_minutes": 15}],
    }
)
