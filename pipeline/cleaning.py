"""An article's text -> its boilerplate, title and date."""

from pipeline.records import Article


def clean(article: Article, *, locale: str = "en-GB") -> Article:
    return article
