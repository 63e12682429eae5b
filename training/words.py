"""What captions are made of: what is done where, who does it, what things are called.

A weight says how much a word belongs to a subject; the same numbers say which pictures a caption
with that word fits. Touches no file.
"""

from __future__ import annotations

from training.pictures.scenes import PLACES


def _phrases(joined: str) -> tuple[str, ...]:
    """Split phrases at their commas."""
    return tuple(joined.split(", "))


GARMENTS = ("shoes", "hats", "t-shirts")
#: What a picture can be about: the drawn places, then the photographed things.
SUBJECTS: tuple[str, ...] = (*PLACES, *GARMENTS)

#: How near two subjects are, 0 to 1; pairs that are not named have nothing in common.
KINSHIP: dict[tuple[str, str], float] = {
    ("mountain", "forest"): 0.4,
    ("mountain", "beach"): 0.15,
    ("beach", "forest"): 0.1,
    ("city", "concert"): 0.25,
    ("kitchen", "library"): 0.15,
    ("shoes", "hats"): 0.15,
    ("shoes", "t-shirts"): 0.15,
    ("hats", "t-shirts"): 0.15,
}

#: How a subject is called in a plain description.
NOUNS: dict[str, tuple[str, ...]] = {
    "mountain": _phrases("the mountains, a mountain, snowy peaks, a mountain trail, the alps"),
    "beach": _phrases("the beach, a beach, the sea, the ocean, the seaside, a sandy coast"),
    "gym": _phrases("the gym, a gym, a fitness studio, a weight room"),
    "kitchen": _phrases("the kitchen, a kitchen, a kitchen with a stove"),
    "library": _phrases("the library, a library, a bookshop, a reading room, a room full of books"),
    "concert": _phrases("a concert, a live show, a music festival, a stage with lights, a gig"),
    "city": _phrases("the city, a city street, downtown, a big city, a city skyline"),
    "forest": _phrases("the forest, the woods, a forest, a forest path, the trees"),
    "shoes": _phrases("shoes, a pair of shoes, sneakers, boots, sandals, footwear, heels"),
    "hats": _phrases("a hat, hats, a cap, a beanie, headwear, a baseball cap, a woolly hat"),
    "t-shirts": _phrases("a t-shirt, t-shirts, a shirt, a tee, a printed t-shirt, a cotton top"),
}

#: A topic, the subjects it fits, and the phrases that name it; phrases of one topic lie together.
TOPICS: dict[str, tuple[dict[str, float], tuple[str, ...]]] = {
    "hiking": (
        {"mountain": 1.0, "forest": 0.6},
        _phrases(
            "hiking, trail running, hikes, trekking, backpacking, mountain walks, trails, walking "
            "in the hills, long hikes, running on trails, the outdoors, outdoors"
        ),
    ),
    "climbing": (
        {"mountain": 1.0},
        _phrases(
            "climbing, rock climbing, mountaineering, skiing, snowboarding, summits, bouldering, "
            "mountains, mountain biking, paragliding"
        ),
    ),
    "camping": (
        {"forest": 1.0, "mountain": 0.4},
        _phrases(
            "camping, campfires, sleeping in a tent, camping trips, nights in a tent, bushcraft, "
            "canoeing"
        ),
    ),
    "nature": (
        {"forest": 1.0, "mountain": 0.5},
        _phrases(
            "nature, walks in the woods, birdwatching, foraging, forests, picking mushrooms, "
            "walking the dog, dogs, wildlife, gardening, plants, fresh air"
        ),
    ),
    "swimming": (
        {"beach": 1.0},
        _phrases(
            "swimming, surfing, diving, snorkelling, open water swimming, waves, paddling, surf, "
            "kayaking"
        ),
    ),
    "seaside": (
        {"beach": 1.0},
        _phrases(
            "the beach, sunbathing, beach volleyball, sailing, summer by the sea, the sea, sandy "
            "beaches, beaches, the ocean, sunshine, travel, travelling, holidays"
        ),
    ),
    "lifting": (
        {"gym": 1.0},
        _phrases(
            "lifting weights, lifting, weightlifting, the gym, strength training, crossfit, "
            "working out, workouts, bodybuilding, powerlifting, fitness, barbells"
        ),
    ),
    "training": (
        {"gym": 1.0},
        _phrases(
            "boxing, training, spinning, personal training, going to the gym, cardio, exercise, "
            "yoga, pilates, martial arts, sport, sports"
        ),
    ),
    "cooking": (
        {"kitchen": 1.0},
        _phrases(
            "cooking, cooking dinner, home cooking, food, recipes, making pasta, cuisine, trying "
            "new recipes, feeding my friends, good food, dinner parties, wine"
        ),
    ),
    "baking": (
        {"kitchen": 1.0},
        _phrases("baking, baking bread, cakes, sourdough, baking cookies, pastry, pies"),
    ),
    "reading": (
        {"library": 1.0},
        _phrases(
            "reading, books, novels, poetry, literature, reading books, libraries, bookshops, a "
            "good book, philosophy, book clubs"
        ),
    ),
    "studying": (
        {"library": 1.0},
        _phrases(
            "studying, writing, history, science, languages, learning, chess, research, museums, "
            "crosswords, quiet evenings, tea"
        ),
    ),
    "live music": (
        {"concert": 1.0},
        _phrases(
            "live music, concerts, festivals, gigs, live bands, rock shows, music, music "
            "festivals, techno, jazz"
        ),
    ),
    "dancing": (
        {"concert": 1.0, "city": 0.25},
        _phrases(
            "dancing, parties, playing guitar, singing, playing in a band, karaoke, clubs, "
            "dancing all night, the drums, partying"
        ),
    ),
    "city nights": (
        {"city": 1.0},
        _phrases(
            "city nights, city life, rooftop bars, nightlife, cocktails, city lights, street "
            "food, late nights in town, skylines, bars, coffee, cafes"
        ),
    ),
    "architecture": (
        {"city": 1.0},
        _phrases(
            "architecture, street photography, city trips, exploring the city, galleries, "
            "skyscrapers, urban walks, street art, cars, photography, art, theatre"
        ),
    ),
    "shoes": (
        {"shoes": 1.0},
        _phrases("collecting sneakers, shoes, sneakers, boots, high heels"),
    ),
    "hats": (
        {"hats": 1.0},
        _phrases("hats, wearing hats, caps, beanies, vintage hats"),
    ),
    "t-shirts": (
        {"t-shirts": 1.0},
        _phrases("t-shirts, band shirts, printed tees, shirts"),
    ),
    "fashion": (
        {"shoes": 0.5, "hats": 0.5, "t-shirts": 0.5},
        _phrases("fashion, clothes, shopping"),
    ),
}

#: A kind of person, the subjects that fit, and the words for it; opposites are kinds of their own.
TRAITS: dict[str, tuple[dict[str, float], tuple[str, ...]]] = {
    "adventurous": (
        {"mountain": 1.0, "forest": 0.7, "beach": 0.35},
        _phrases(
            "adventurous, outdoorsy, an adventurer, daring, brave, bold, free-spirited, wild, "
            "fearless, an explorer, a nature lover, an outdoor person"
        ),
    ),
    "active": (
        {"gym": 1.0, "mountain": 0.7, "beach": 0.3},
        _phrases("active, sporty, athletic, fit, always moving, healthy"),
    ),
    "energetic": (
        {"gym": 1.0, "concert": 0.9},
        _phrases("energetic, full of energy, lively, dynamic, passionate, intense"),
    ),
    "disciplined": (
        {"gym": 1.0, "library": 0.3},
        _phrases("disciplined, strong, muscular, driven, determined, hard-working, motivated"),
    ),
    "quiet": (
        {"library": 1.0, "forest": 0.15},
        _phrases(
            "quiet, bookish, introverted, an introvert, shy, reserved, a bookworm, a quiet soul, "
            "timid"
        ),
    ),
    "thoughtful": (
        {"library": 1.0},
        _phrases(
            "thoughtful, intellectual, curious, intelligent, smart, educated, nerdy, deep, "
            "studious, wise, geeky"
        ),
    ),
    "homebody": (
        {"kitchen": 1.0, "library": 0.7},
        _phrases(
            "a homebody, a homebody who stays in, domestic, homely, cosy, stays at home, family- "
            "oriented, lazy, sedentary, boring, cautious, an indoor person"
        ),
    ),
    "caring": (
        {"kitchen": 1.0},
        _phrases("caring, warm, kind, generous, nurturing, warm-hearted, loving, gentle"),
    ),
    "outgoing": (
        {"concert": 1.0, "city": 0.7, "beach": 0.25},
        _phrases(
            "outgoing, extroverted, an extrovert, sociable, social, a party animal, loud, "
            "spontaneous, fun, funny, playful, wild at night"
        ),
    ),
    "creative": (
        {"concert": 1.0, "city": 0.3, "kitchen": 0.3},
        _phrases("creative, artistic, musical, a musician, expressive, an artist"),
    ),
    "urban": (
        {"city": 1.0},
        _phrases(
            "urban, ambitious, cosmopolitan, career-minded, sophisticated, successful, modern, "
            "elegant, a city person, worldly"
        ),
    ),
    "relaxed": (
        {"beach": 1.0, "forest": 0.25},
        _phrases("relaxed, laid-back, easy-going, carefree, chilled, calm, sunny, happy"),
    ),
    "stylish": (
        {"shoes": 0.5, "hats": 0.5, "t-shirts": 0.5},
        _phrases("stylish, fashionable, well dressed, trendy"),
    ),
}

#: Words for a time of day.
TIME_WORDS: dict[str, tuple[str, ...]] = {
    "morning": _phrases("in the morning, at dawn, early in the day, at sunrise, on a soft morning"),
    "noon": _phrases("at noon, at midday, in bright daylight, under a blue sky, on a sunny day"),
    "sunset": _phrases("at sunset, at dusk, in the evening glow, in golden light, in the evening"),
    "night": _phrases("at night, after dark, in the dark, by moonlight, late at night"),
}

#: Words for how many people there are.
COUNT_WORDS: dict[int, tuple[str, ...]] = {
    1: _phrases("one person, a person, someone, a woman, a man, a single figure"),
    2: _phrases("two people, a couple, two friends, two persons"),
    3: _phrases("three people, a group of three, three friends, a small group"),
}

#: What a person is called where the number does not matter.
PERSONS = _phrases("person, woman, man, someone, people, friend, girl, guy, partner")
#: Sentences that say nothing about what is in the picture.
NEUTRAL = _phrases(
    "a photo, a picture, a screenshot, a photo of a person, a person, a dating profile, looking "
    "for someone kind, two cats and one old piano, fluent in bad jokes, hello there, ask me "
    "anything, I am 29 and live here, swipe right, a photo of someone, a profile picture, here "
    "for a good time, looking for a long term relationship, my friends say I talk too much"
)
