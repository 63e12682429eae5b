"""Who may ask the web child for something, and from where.

sessions    the cookie of a browser and its token against forged requests
visitors    bearer, cookie or nobody
origins     whether a request comes from our own page
headers     what every answer carries
bodies      how much may be sent, and how slowly
gate        all of it, around the application
connections how many of them, and how slowly they may begin
"""
