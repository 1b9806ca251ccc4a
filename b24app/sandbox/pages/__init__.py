"""The portal's own pages: messenger, CRM, applications in frames, the panel of time.

Another origin than the application's, the portal's look, and the portal's side of the frame protocol
(platform.md section 6). Every act goes through the same methods that applications call.
"""
