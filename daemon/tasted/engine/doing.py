"""What an engine was doing, for a sentence about its failure: by the name of the request. Pure."""

DOING = {
    "ScoreBatch": "scored pictures",
    "ScoreProfile": "scored a profile",
    "PublishTaste": "learned from your likes and rejects",
    "EraseTraces": "erased what it keeps about pictures",
    "ChooseCards": "chose what to show next",
    "TakeAnswers": "took in your answers",
    "MakePreview": "made a picture to show",
    "UseVersion": "changed the taste version",
    "GoBack": "changed the taste version",
    "CompareVersions": "compared taste versions",
    "PrepareTrial": "prepared a trial",
    "CompareRecipes": "compared two recipes",
    "DecideByRecipe": "changed what decides",
    "ExportLibrary": "wrote an export",
    "ImportLibrary": "took in an export",
    "ShipTaste": "read the taste for a backfill",
    "ScoreTree": "scored pictures of a backfill",
    "CheckModel": "checked another model",
    "PlanEmbedding": "looked through what another model knows",
    "EmbedForModel": "embedded pictures with another model",
    "FitCandidate": "learned from your likes and rejects with another model",
    "PublishModel": "changed the model",
    "CloseCandidate": "let go of another model",
    "DropVectors": "dropped what a former model left",
}
"""`tasted itself failed while it …`"""
