"""A family of vision-language-action models from interchangeable towers, fusions and heads; see docs/models.md.

`config.FamilyConfig` says which; `model.VisionLanguageActionModel` is the model; `storage`
reads and writes its weights.
"""
